"""The bot: opening or building an index folder, wiring, `ask`."""
