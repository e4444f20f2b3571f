#pragma once
// What this binary was built from; the values come from the build (cmake/BuildInfo.cmake).

namespace dwell::run {

extern const char* const kVersion;
/// Of git, with "-dirty-" and a digest of the changes when there were any; outside a checkout "unknown-" and a digest
/// of the sources.
extern const char* const kRevision;
extern const char* const kCompiler;

}  // namespace dwell::run
