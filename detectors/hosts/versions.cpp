#include "detectors/hosts/versions.hpp"

#include <fmt/format.h>

namespace dwell::hosts {

Result<std::string> refuse_other_versions(const Reference& reference, const HostOptions& options) {
  struct Trial {
    std::string what;
    Versions versions;
  };
  constexpr Versions kOurs;
  std::vector<Trial> trials = {
      {fmt::format("wire {}", kOurs.protocol + 1), {kOurs.protocol + 1, kOurs.interface}},
  };
  if (reference.kind == Kind::library) {
    for (const std::uint32_t other : {kOurs.interface - 1, kOurs.interface + 1})
      trials.push_back({fmt::format("interface {}", other), {kOurs.protocol, other}});
  }
  std::string refused;
  for (const Trial& trial : trials) {
    try {
      const Session session(reference, options, trial.versions);
      return Error{reference.file, reference.name, "took version " + trial.what, "a refusal"};
    } catch (const SessionError& problem) {
      if (!problem.told) return problem.error;
    } catch (const std::exception& problem) {
      return Error{reference.file, reference.name, problem.what(), "a detector that can be started"};
    }
    refused += (refused.empty() ? "refuses " : ", ") + trial.what;
  }
  return refused;
}

}  // namespace dwell::hosts
