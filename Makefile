# Lên Sàn. Every line is one task; config/bootstrap.py installs what a task needs.
.PHONY: run test test-servers lint bench clean
run:   ; @exec python3 config/bootstrap.py run
test:  ; @exec python3 config/bootstrap.py test $(ARGS)
test-servers: ; @exec python3 config/bootstrap.py test-servers $(ARGS)
lint:  ; @exec python3 config/bootstrap.py lint
bench: ; @exec python3 config/bootstrap.py bench $(ARGS)
clean: ; rm -rf var
