# Run as a script at every build: writes OUT anew only when version, revision or compiler changed.
execute_process(COMMAND git -C "${SOURCE}" rev-parse --short=12 HEAD OUTPUT_VARIABLE revision ERROR_QUIET
  OUTPUT_STRIP_TRAILING_WHITESPACE RESULT_VARIABLE failed)
if(failed OR NOT revision)
  # Checkpoints go on with the revision that wrote them only: without git, the sources' own digest names it.
  file(GLOB_RECURSE files LIST_DIRECTORIES false "${SOURCE}/sim/*.[ch]pp" "${SOURCE}/detectors/*.[ch]pp" "${SOURCE}/bench/*.[ch]pp")
  list(SORT files)
  set(digests "")
  foreach(file IN LISTS files)
    file(SHA256 "${file}" digest)
    string(APPEND digests "${digest}")
  endforeach()
  string(SHA256 digest "${digests}")
  string(SUBSTRING "${digest}" 0 12 digest)
  set(revision "unknown-${digest}")
else()
  execute_process(COMMAND git -C "${SOURCE}" diff HEAD OUTPUT_VARIABLE changes ERROR_QUIET)
  execute_process(COMMAND git ls-files --others --exclude-standard sim detectors bench WORKING_DIRECTORY "${SOURCE}"
    OUTPUT_VARIABLE others ERROR_QUIET OUTPUT_STRIP_TRAILING_WHITESPACE)
  string(REPLACE "\n" ";" others "${others}")
  foreach(file IN LISTS others)
    file(SHA256 "${SOURCE}/${file}" digest)
    string(APPEND changes "${digest}")
  endforeach()
  if(changes)
    string(SHA256 digest "${changes}")
    string(SUBSTRING "${digest}" 0 8 digest)
    string(APPEND revision "-dirty-${digest}")
  endif()
endif()
set(text "#include \"bench/run/build_info.hpp\"

namespace dwell::run {

const char* const kVersion = \"${VERSION}\";
const char* const kRevision = \"${revision}\";
const char* const kCompiler = \"${COMPILER}\";

}  // namespace dwell::run
")
set(old "")
if(EXISTS "${OUT}")
  file(READ "${OUT}" old)
endif()
if(NOT old STREQUAL text)
  file(WRITE "${OUT}" "${text}")
endif()
