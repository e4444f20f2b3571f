#pragma once
// What this binary was built from; the values come from the build (cmake/BuildInfo.cmake).

namespace dwell::run {

extern const char* const kVersion;
extern const char* const kRevision;  ///< "unknown" outside a git checkout; ends in "-dirty" when the tree had changes
extern const char* const kCompiler;

}  // namespace dwell::run
