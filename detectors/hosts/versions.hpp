#pragma once
// Whether a detector from outside, and the host that holds it, refuse what they do not speak.

#include <string>

#include "detectors/hosts/session.hpp"

namespace dwell::hosts {

/// Starts the detector's process anew for each version that is not ours: of the wire, and for a shared library of the C
/// interface. Gives which ones were refused. Errors: one that was taken, or that ended the process instead of being
/// answered with an error.
Result<std::string> refuse_other_versions(const Reference& reference, const HostOptions& options);

}  // namespace dwell::hosts
