// Blueprints
