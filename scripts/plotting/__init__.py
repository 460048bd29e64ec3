"""The figures of a fleetcast result, one module a figure; `result` reads, `style` decides how things look."""
