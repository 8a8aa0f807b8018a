"""Plans become runs here: planner, journal, runner, and the process that outlives the terminal.

What loads SQLAlchemy is imported when a run is looked at or started, never at start-up.
"""
