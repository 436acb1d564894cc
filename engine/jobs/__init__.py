"""Processes beside the app: a supervisor, one worker a run, and a desk for short questions."""
