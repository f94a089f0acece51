#!/usr/bin/env bash
# ./build.sh [test|full|format|bench]   restore, build with warnings as errors, check the format, run the tests
set -euo pipefail
cd "$(dirname "$0")"
case "${1:-test}" in
  test)
    dotnet build --nologo
    dotnet format --no-restore --verify-no-changes --severity warn
    dotnet test --no-build ;;
  full)
    dotnet build --nologo
    ATTEND_FULL=1 dotnet test --no-build ;;
  format) dotnet format --severity warn ;;
  bench) shift; exec dotnet run -c Release --project bench/Attend.Bench -- "$@" ;;
  *) echo "usage: ./build.sh [test|full|format|bench]" >&2; exit 2 ;;
esac
