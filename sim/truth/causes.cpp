#include "sim/truth/causes.hpp"

#include <utility>

#include "sim/core/check.hpp"

namespace dwell::truth {

std::string_view label_name(Label label) {
  switch (label) {
    case Label::background:
      return "background";
    case Label::campaign:
      return "campaign";
    case Label::placebo:
      return "placebo";
  }
  return "";
}

Causes::Causes() { causes_.push_back({Label::background, kNoIncident, "background"}); }

Origin Causes::add(IncidentId incident, Label label, std::string name) {
  DWELL_DEMAND(label != Label::background && incident != kNoIncident, "the background needs no origin of its own");
  causes_.push_back({label, incident, std::move(name)});
  return {static_cast<std::uint32_t>(causes_.size() - 1)};
}

const Cause& Causes::of(Origin origin) const {
  DWELL_DEMAND(origin.value < causes_.size(), "origin " + std::to_string(origin.value) + " was never given out");
  return causes_[origin.value];
}

}  // namespace dwell::truth
