"""Where the configuration is looked for, and where state is kept."""

from __future__ import annotations

import os
import shlex
import uuid
from pathlib import Path

from drconsole.errors import ConfigError, StateError

VARIABLE = "DRCONSOLE_CONFIG"


def find(given: Path | None = None) -> Path:
    """The configuration file to read: the one given, else $DRCONSOLE_CONFIG, else the platform's own place.

    Raises:
        ConfigError: none is given and there is none in the platform's own place.
    """
    if given is not None:
        return whole(given)
    if named := os.environ.get(VARIABLE):
        return whole(Path(named))
    path = usual()
    if not path.exists():
        raise ConfigError(
            f"There is no configuration yet: {path} does not exist.",
            hint="Try drconsole on two simulated sites: drconsole lab\n"
            f"For your own hosts begin with an example: drconsole config example {shlex.quote(str(path))}\n"
            f"Or name a file with --config FILE or {VARIABLE}.",
        )
    return path


def usual() -> Path:
    """The platform's own place of the configuration file."""
    import platformdirs

    return platformdirs.user_config_path("drconsole") / "config.yaml"


def usual_state() -> Path:
    """The platform's own place of the state folder."""
    import platformdirs

    return platformdirs.user_state_path("drconsole")


def beside(source: Path, named: str) -> Path:
    """A path that a configuration file names: ``~`` is the home folder, relative ones start at the file."""
    return Path(os.path.abspath(source.parent / _at_home(Path(named))))


def whole(path: Path) -> Path:
    """A path from the command line: absolute, ``~`` is the home folder."""
    return _at_home(path).absolute()


def _at_home(path: Path) -> Path:
    """The path with ``~`` as a home folder; of somebody who does not exist it stays, and is not found."""
    return Path(os.path.expanduser(path))


def theme_folder() -> Path:
    """Where the shipped themes are: in the installed package, else beside it in the repository."""
    package = Path(__file__).parent.parent
    installed = package / "themes"
    return installed if installed.is_dir() else package.parent / "themes"


def theme_names() -> list[str]:
    """The names of the shipped themes."""
    return sorted(file.stem for file in theme_folder().glob("*.yaml"))


def prepare_state(folder: Path) -> None:
    """Create the state folder for its owner alone, and prove that it can be written.

    Raises:
        StateError: it cannot be created or written.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        probe = folder / f".probe-{uuid.uuid4().hex}"
        os.close(os.open(probe, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        probe.unlink()
    except OSError as error:
        raise StateError(
            f"The folder {folder} cannot be written: {error.strerror}.",
            hint="Make it writable for you, or name another one in the config: state: PATH",
            subject=str(folder),
        ) from None
