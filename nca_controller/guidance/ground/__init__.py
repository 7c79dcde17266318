"""The commander for any ground: levels of the ground, the flow on them, clear ways, and how mass settles."""
