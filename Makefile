# Short names for the scripts. Arguments: make lab ARGS="--no-browser --port 8899"

.PHONY: help lab test check matrix bench clean

help:
	@echo "make lab    open the first notebook in JupyterLab"
	@echo "make test   run everything that must pass"
	@echo "make check  lint, format, types, architecture"
	@echo "make matrix drive the browser tests in every environment there is"
	@echo "make bench  run the benchmarks into benchmarks/RESULTS.md"
	@echo "make clean  remove caches and build products (.venv, .venv-* and .matrix stay)"

lab test check matrix bench:
	@scripts/$@ $(ARGS)

clean:
	rm -rf build dist .mypy_cache .ruff_cache .hypothesis .import_linter_cache shots *.egg-info
	find . \( -name '.venv*' -o -name .matrix -o -name .git \) -prune -o \
		\( -name __pycache__ -o -name .ipynb_checkpoints \) -prune -exec rm -rf {} +
