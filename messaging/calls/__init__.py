"""The log of calls: who called whom, when, for how long, with what outcome and at what charge."""
