"""Output that waits: order, sizes, ends, and writers in other threads."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drconsole.lab.winrm.command import CONTROL_C_EXIT, OUTPUT_LIMIT, Batch, Command
from drconsole.lab.winrm.faults import OPERATION_ABORTED, OPERATION_TIMED_OUT, PIPE_CLOSING, Fault

PIECES = st.lists(st.tuples(st.sampled_from(["stdout", "stderr"]), st.binary(min_size=1, max_size=50)))


class Recorder:
    """A process that only remembers what was done to it."""

    def __init__(self) -> None:
        self.seen: list[str | bytes] = []

    def feed(self, data: bytes) -> None:
        """Remember input."""
        self.seen.append(data)

    def close_input(self) -> None:
        """Remember the end of input."""
        self.seen.append("end")

    def kill(self) -> None:
        """Remember being killed."""
        self.seen.append("killed")


def yes() -> bool:
    """The client listens."""
    return True


async def receive(command: Command, limit: int = 1000, listening: Callable[[], bool] = yes) -> Batch:
    """Receive with patience."""
    return await command.receive(limit, 60, listening)


@given(PIECES, st.integers(1, 120))
def test_every_byte_arrives_once_in_order_and_no_batch_is_too_large(
    pieces: list[tuple[str, bytes]], limit: int
) -> None:
    async def scenario() -> list[tuple[str, bytes]]:
        command, got = Command("A"), []
        for stream, data in pieces:
            command.write(stream, data)
        command.exited(4)
        while True:
            batch = await receive(command, limit)
            assert sum(len(data) for _, data in batch.pieces) <= limit
            got += batch.pieces
            if batch.exit_code is not None:
                assert batch.exit_code == 4
                return got

    def flat(some: list[tuple[str, bytes]]) -> list[tuple[str, int]]:
        return [(stream, byte) for stream, data in some for byte in data]

    assert flat(asyncio.run(scenario())) == flat(pieces)


def test_writers_in_other_threads_wake_a_receive() -> None:
    async def scenario() -> None:
        command = Command("A")
        with ThreadPoolExecutor(1) as pool:
            waiting = asyncio.create_task(receive(command))
            await asyncio.sleep(0)
            pool.submit(command.write, "stdout", b"x")
            assert await waiting == Batch([("stdout", b"x")], None)
            pool.submit(command.exited, 0)
            assert await receive(command) == Batch([], 0)

    asyncio.run(scenario())


def test_nothing_in_time_is_the_time_out_fault() -> None:
    async def scenario() -> None:
        with pytest.raises(Fault) as seen:
            await Command("A").receive(1000, 0.001, yes)
        assert seen.value.code == OPERATION_TIMED_OUT

    asyncio.run(scenario())


def test_input_goes_on_until_its_end() -> None:
    async def scenario() -> None:
        command, process = Command("A"), Recorder()
        command.attach(process)
        command.feed(b"one", end=False)
        command.feed(b"", end=True)
        with pytest.raises(Fault) as seen:
            command.feed(b"two", end=False)
        assert seen.value.code == PIPE_CLOSING
        assert process.seen == [b"one", "end"]

    asyncio.run(scenario())


def test_input_for_a_process_that_has_ended_is_refused() -> None:
    async def scenario() -> None:
        command, process = Command("A"), Recorder()
        command.attach(process)
        command.exited(0)
        await receive(command)
        with pytest.raises(Fault) as seen:
            command.feed(b"late", end=True)
        assert seen.value.code == PIPE_CLOSING
        assert process.seen == []

    asyncio.run(scenario())


def test_ending_kills_and_wakes() -> None:
    async def scenario() -> None:
        command, process = Command("A"), Recorder()
        command.attach(process)
        waiting = asyncio.create_task(receive(command))
        await asyncio.sleep(0)
        command.end()
        with pytest.raises(Fault) as seen:
            await waiting
        assert seen.value.code == OPERATION_ABORTED
        assert process.seen == ["killed"]

    asyncio.run(scenario())


def test_a_process_that_starts_after_the_end_is_killed_at_once() -> None:
    async def scenario() -> None:
        command, process = Command("A"), Recorder()
        command.end()
        command.attach(process)
        assert process.seen == ["killed"]

    asyncio.run(scenario())


def test_ctrl_c_leaves_what_was_written() -> None:
    async def scenario() -> None:
        command, process = Command("A"), Recorder()
        command.attach(process)
        command.write("stdout", b"before")
        assert await receive(command) == Batch([("stdout", b"before")], None)
        command.interrupt()
        command.write("stdout", b"after")
        command.exited(0)
        assert await receive(command) == Batch([], CONTROL_C_EXIT)
        assert process.seen == ["killed"]

    asyncio.run(scenario())


def test_a_flood_ends_its_process() -> None:
    async def scenario() -> None:
        command, process = Command("A"), Recorder()
        command.attach(process)
        piece = b"x" * (OUTPUT_LIMIT // 4)
        for _ in range(6):
            command.write("stdout", piece)
        batch = await receive(command, limit=10 * OUTPUT_LIMIT)
        assert batch.exit_code == CONTROL_C_EXIT
        assert sum(len(data) for _, data in batch.pieces) == 5 * len(piece)
        assert process.seen == ["killed"]

    asyncio.run(scenario())


def test_output_stays_for_others_when_the_client_has_left() -> None:
    async def scenario() -> None:
        command = Command("A")
        command.write("stdout", b"kept")
        assert await receive(command, listening=lambda: False) == Batch([], None)
        assert await receive(command) == Batch([("stdout", b"kept")], None)

    asyncio.run(scenario())
