"""The laws of close combat: soldiers who meet, push, fall, waver and run, on an untouched transport."""
