"""What each command does; imported only when that command is given, so that `--help` is quick."""
