"""What PoseGuard is worth: figures, speed, memory and silence, each by one command (docs/measurements.md)."""
