# Every target sets itself up. PYTHON chooses the interpreter (3.11 or newer), VENV the place of the environment.
PYTHON ?= python3
VENV ?= .venv

BIN = $(VENV)/bin
READY = $(VENV)/.ready
BUILT = _build/references.json
BENCH = benchmarks/.venv
OLDEST = .venv-oldest
LAB =# options for JupyterLab
CHAPTERS =# all; or some, as in: make notebooks CHAPTERS=book/04_the_forward_pass_in_numpy.ipynb

# One thread of linear algebra: faster for networks this small, and the same bytes in every run.
export OPENBLAS_NUM_THREADS = 1
export OMP_NUM_THREADS = 1
export PYTHONHASHSEED = 0

.DEFAULT_GOAL = help
.PHONY: book lab test test-site test-oldest site editions notebooks dist bench lighthouse vendor clean help

book: $(READY)  ## build the page; a warning is an error
	$(BIN)/jupyter-book build . -W -n --keep-going
	@echo "Open this in a browser: $(CURDIR)/_build/html/index.html"

editions: $(BUILT)  ## write the notebooks in plain Markdown: for readers, for a class, solved
	$(BIN)/python -m tools.editions

lab: $(BUILT)  ## open the notebooks in JupyterLab; what you change in them stays yours
	$(BIN)/python -m tools.editions --reader
	$(BIN)/jupyter lab --notebook-dir=notebooks $(LAB) intro.ipynb

test: $(READY)  ## check the code and the notebooks
	$(BIN)/ruff check --extend-exclude "*.ipynb"  # the notebooks follow, one by one
	$(BIN)/pytest -n 2 --nbval --ignore tests/site

test-site: $(READY)  ## check the page and the notebooks' editions, in a real browser
	$(BIN)/pytest -n 2 tests/site

test-oldest: $(OLDEST)/.ready  ## check the library with the oldest versions of what it needs
	$(OLDEST)/bin/pytest -n 2 --ignore tests/site -W default  # these warn of each other

site: book  ## make all that is published: the page, its notebooks, and the library that these install
	$(BIN)/python -m build --wheel --no-isolation --outdir _build/html/wheels

notebooks: $(READY)  ## run every notebook and write its outputs
	$(BIN)/python -m tools.notebooks $(CHAPTERS)

dist: $(READY)  ## build the library's distribution, and try each of its extras in an environment of its own
	$(BIN)/python -m tools.dist

bench: $(BENCH)/.ready  ## measure nnlib beside PyTorch, scikit-learn and JAX (some minutes on a quiet machine)
	env -u OPENBLAS_CORETYPE -u OPENBLAS_L2_SIZE MKL_NUM_THREADS=1 \
	  XLA_FLAGS="--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1" $(BENCH)/bin/python -m benchmarks

lighthouse: book  ## measure the built page as a phone and a desktop see it (a quarter of an hour on a quiet machine)
	$(BIN)/python -m tools.lighthouse

vendor: $(READY)  ## fetch the browser files of the page again (needs the network)
	$(BIN)/python tools/vendor.py

clean:  ## remove the built page, the distribution and the environments
	rm -rf _build dist $(VENV) $(OLDEST)

help:  ## list these targets
	@sed -nE 's/^([a-z-]+):.*## (.*)/  make \1\t\2/p' $(firstword $(MAKEFILE_LIST)) | expand -t 20

$(READY): requirements.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "Python 3.11 or newer is needed; choose one with: make $(MAKECMDGOALS) PYTHON=python3.12"; exit 1; }
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

# The last that a build writes. It is old as soon as anything that the page is made from is newer, after `git pull` too.
$(BUILT): $(READY) _config.yml _toc.yml $(shell find book -type f -not -path '*/.*' | sed 's/ /\\ /g')
	$(MAKE) book

$(OLDEST)/.ready: requirements.txt pyproject.toml
	test -x $(OLDEST)/bin/python || $(PYTHON) -m venv $(OLDEST)
	$(OLDEST)/bin/python -m tools.oldest > $(OLDEST)/constraints.txt
	$(OLDEST)/bin/python -m pip install --quiet --disable-pip-version-check -r requirements.txt -c $(OLDEST)/constraints.txt
	@touch $@

$(BENCH)/.ready: benchmarks/requirements.txt
	test -x $(BENCH)/bin/python || $(PYTHON) -m venv $(BENCH)
	$(BENCH)/bin/python -m pip install --quiet --disable-pip-version-check -r $<
	@touch $@
