"""Models as hosts see them: host ▸ Stream ▸ Captured ▸ Wrapper ▸ Adapter ▸ network."""
