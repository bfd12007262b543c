// Drivers/Memory
