#pragma once
// The made-up platform of the conformance suite (bench/check), as tests of single detectors use it.

#include "bench/check/stream.hpp"

namespace dwell::detect::test {

using namespace check;

inline Run run(const CatalogueEntry& entry, const Stream& stream, const Handling& handling = {}) {
  return check::run(check::subject_of(entry), stream, handling);
}

}  // namespace dwell::detect::test
