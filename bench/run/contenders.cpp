#include "bench/run/contenders.hpp"

#include <utility>

#include "bench/oracle/oracle_volume.hpp"
#include "detectors/catalogue.hpp"
#include "detectors/chosen.hpp"

namespace dwell::run {
namespace {

Contender of_catalogue(const detect::CatalogueEntry& entry, const detect::Descriptor& descriptor) {
  return {descriptor, descriptor.control ? "control" : "detector",
          [&entry, descriptor](const detect::Setting& setting) { return entry.make(descriptor, setting); }};
}

}  // namespace

Result<Contender> contender(const std::string& typed) {
  auto chosen = detect::choose_detector(typed);
  if (!chosen) return chosen.error();
  return of_catalogue(*chosen.value().entry, chosen.value().descriptor);
}

Result<std::vector<Contender>> contenders(const std::vector<std::string>& typed) {
  std::vector<Contender> list;
  if (typed.empty()) {
    for (const detect::CatalogueEntry& entry : detect::catalogue())
      list.push_back(of_catalogue(entry, entry.describe()));
  }
  for (const std::string& one : typed) {
    auto found = contender(one);
    if (!found) return found.error();
    list.push_back(std::move(found.value()));
  }
  list.push_back({oracle::describe_oracle_volume(), "oracle", {}});
  return list;
}

}  // namespace dwell::run
