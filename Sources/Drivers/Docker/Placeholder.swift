// Drivers/Docker
