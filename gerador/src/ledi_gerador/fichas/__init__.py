"""One builder per type: takes the workshop and a day, gives a valid ficha and who it is about."""
