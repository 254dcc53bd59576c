# Wraps README's commands and the checks; everything here also works without make.
.PHONY: run test check pins

run:                ## set up .venv and run the shipped scenario
	@command="$$(tools/readme-command run)" && echo "$$command" && sh -c "$$command"

test:               ## set up .venv and run the tests
	@command="$$(tools/readme-command test)" && echo "$$command" && sh -c "$$command"

check:              ## everything that has to pass: tests in a fresh environment, then the static checks
	.ci/run

pins:               ## choose new versions for constraints.txt (needs the test extra, on Python 3.11)
	.venv/bin/python tools/pin.py
