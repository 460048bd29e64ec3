"""The figures of what fleetcast writes. `inputs` tells which a file or folder asks for; one module draws each:

of a result    cost_violations, settings, distributions, workload
of generate    traffic, lengths, burst_structure
of replay      fleet, promise, latency_curve
of fit         fit_report, fit_verdict

`result`, `decision`, `generated`, `timeline`, `fit_files` and `sweep_file` read, `tables` reads for them; `bands`, `series`, `clock`, `bursts`,
`laws`, `rates` and `latency` compute what is shown; `style` and `words` decide how things look and read.
"""
