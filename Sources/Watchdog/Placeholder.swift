// Watchdog
