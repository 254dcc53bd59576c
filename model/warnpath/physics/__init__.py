"""Earth, trajectories and sensors: numerical functions without state."""
