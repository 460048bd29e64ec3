"""Other people's ways to do fleetcast's work, and what it takes to time them beside it."""
