#pragma once
// A detector from outside as the harness drives it: like any other.

#include <functional>
#include <memory>
#include <string>

#include "detectors/api/detector.hpp"
#include "detectors/hosts/session.hpp"

namespace dwell::hosts {

/// A detector from outside whose introduction was heard.
struct Outsider {
  Reference reference;
  Introduction introduction;
  HostOptions options;
};

/// Starts it once, to hear what it says of itself. Errors: whatever keeps it from introducing itself, and a detector
/// that cannot save its state, as the views of a run are copies of one instance.
Result<std::shared_ptr<const Outsider>> meet(const Reference& reference, const HostOptions& options);

/// An instance in a process of its own, started when it is first needed. A copy is another process that begins from the
/// saved state. What goes wrong, wherever it does, is thrown by the next `observe` or `close` as a
/// std::runtime_error, and by every later one and by those of copies: `clone`, `save` and `restore` never throw.
std::unique_ptr<detect::Detector> make_hosted(std::shared_ptr<const Outsider> outsider, const detect::Setting& setting);

/// A detector of a shared library in this process, for timing alone: nothing keeps it from taking the program down.
/// Errors: as `meet`, and a reference to Python.
struct InProcess {
  detect::Descriptor descriptor;
  std::function<std::unique_ptr<detect::Detector>(const detect::Setting&)> make;
};
Result<InProcess> load_in_process(const Reference& reference);

}  // namespace dwell::hosts
