#include "bench/run/contenders.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "bench/oracle/oracle_volume.hpp"
#include "detectors/catalogue.hpp"
#include "detectors/chosen.hpp"
#include "detectors/hosts/hosted_detector.hpp"

namespace dwell::run {
namespace {

Contender of_catalogue(const detect::CatalogueEntry& entry, const detect::Descriptor& descriptor) {
  return {descriptor, descriptor.control ? "control" : "detector",
          [&entry, descriptor](const detect::Setting& setting) { return entry.make(descriptor, setting); }};
}

Result<Contender> from_outside(const std::string& typed, const Door& door) {
  const auto reference = hosts::parse_reference(typed);
  if (!reference) return reference.error();
  if (door.in_process) {
    auto loaded = hosts::load_in_process(reference.value());
    if (!loaded) return loaded.error();
    return Contender{loaded.value().descriptor, "detector", loaded.value().make};
  }
  const auto met = hosts::meet(reference.value(), door.host);
  if (!met) return met.error();
  return Contender{
      met.value()->introduction.descriptor, "detector",
      [outsider = met.value()](const detect::Setting& setting) { return hosts::make_hosted(outsider, setting); }, true};
}

Status refuse_equal_names(const std::vector<Contender>& list) {
  for (std::size_t c = 0; c < list.size(); ++c) {
    const std::string& name = list[c].descriptor.name;
    const auto same = [&](const Contender& other) { return other.descriptor.name == name; };
    if (std::any_of(list.begin(), list.begin() + static_cast<std::ptrdiff_t>(c), same)) {
      return Error{"", "--detector", fmt::format("found two named \"{}\"", name), "names that tell their rows apart"};
    }
  }
  return success();
}

}  // namespace

Result<Contender> contender(const std::string& typed, const Door& door) {
  if (hosts::is_outside(typed)) return from_outside(typed, door);
  auto chosen = detect::choose_detector(typed);
  if (!chosen) return chosen.error();
  return of_catalogue(*chosen.value().entry, chosen.value().descriptor);
}

std::string row_name(const std::string& typed) {
  if (!hosts::is_outside(typed)) {
    const auto chosen = detect::choose_detector(typed);
    return chosen ? chosen.value().descriptor.name : typed;
  }
  const auto reference = hosts::parse_reference(typed);
  return reference ? reference.value().row : typed;
}

Result<std::vector<Contender>> contenders(const std::vector<std::string>& typed, const Door& door) {
  std::vector<Contender> list;
  if (typed.empty()) {
    for (const detect::CatalogueEntry& entry : detect::catalogue())
      list.push_back(of_catalogue(entry, entry.describe()));
  }
  for (const std::string& one : typed) {
    auto found = contender(one, door);
    if (!found) return found.error();
    list.push_back(std::move(found.value()));
  }
  if (const Status told_apart = refuse_equal_names(list); !told_apart) return told_apart.error();
  list.push_back({oracle::describe_oracle_volume(), "oracle", {}});
  return list;
}

}  // namespace dwell::run
