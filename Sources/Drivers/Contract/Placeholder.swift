// Drivers/Contract
