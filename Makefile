# Lên Sàn. Every line is one task; config/bootstrap.py installs what a task needs.
.PHONY: run test lint clean
run:   ; @exec python3 config/bootstrap.py run
test:  ; @exec python3 config/bootstrap.py test $(ARGS)
lint:  ; @exec python3 config/bootstrap.py lint
clean: ; rm -rf var
