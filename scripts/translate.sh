#!/usr/bin/env bash
# Collects the texts from the code into i18n/ and compiles them; --check only looks.
exec python3 "$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")/translate.py" "$@"
