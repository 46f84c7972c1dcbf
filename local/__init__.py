"""For trying Tollgate out: embedded servers, the demo accounts, a sandbox provider. No other package imports it."""
