#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <string>

#include "bench/check/stream.hpp"
#include "bench/cli/main_command.hpp"
#include "bench/cli/scenarios.hpp"
#include "bench/cli/terminal.hpp"
#include "bench/cli/text_page.hpp"
#include "bench/report/table.hpp"
#include "bench/run/grids.hpp"
#include "detectors/catalogue.hpp"

namespace dwell::cli {
namespace {

using Json = nlohmann::ordered_json;
using detect::CatalogueEntry;
using detect::Descriptor;

constexpr std::array<std::string_view, 4> kTiers = {"T0: gateway access log", "T1: + token issuance and logins",
                                                    "T2: + key inventory and staff", "T3: + honey accounts"};
// Four hours of 2,000 requests a minute: enough for tables of sources, members and tokens to be full.
constexpr std::size_t kCrowdWindows = 240;

/// Sections by the logs a detector needs, the controls last; `add` makes the rows of one.
template <class Add>
void by_tier(report::Table& table, Add add) {
  for (std::size_t section = 0; section <= kTiers.size(); ++section) {
    bool first = true;
    for (const CatalogueEntry& entry : detect::catalogue()) {
      const Descriptor d = entry.describe();
      const std::size_t place = d.control ? kTiers.size() : static_cast<std::size_t>(d.tier);
      if (place != section) continue;
      if (first) table.section(section < kTiers.size() ? std::string(kTiers[section]) : "Controls");
      first = false;
      add(entry, d);
    }
  }
}

std::uint64_t measured_bytes(const CatalogueEntry& entry) {
  static const check::Stream crowd = check::make_crowd(kCrowdWindows);
  return check::run(check::subject_of(entry), crowd).most_state_bytes;
}

std::string words(const Descriptor& d) {
  std::string text = d.summary;
  text += "\n" + d.paper;
  if (!d.check.empty()) text += "; checked: " + d.check;
  return text;
}

Json parameters_json(const Descriptor& d) {
  Json out = Json::array();
  for (const detect::Parameter& p : d.parameters)
    out.push_back({{"name", p.name},
                   {"default", p.value},
                   {"least", p.least},
                   {"most", p.most},
                   {"whole", p.numbers == detect::Numbers::whole},
                   {"meaning", p.meaning}});
  return out;
}

Json entry_json(const CatalogueEntry& entry, bool costs) {
  const Descriptor d = entry.describe();
  Json out = {{"name", d.name},
              {"tier", detect::to_string(d.tier)},
              {"form", detect::to_string(d.form)},
              {"control", d.control},
              {"summary", d.summary},
              {"paper", d.paper},
              {"check", d.check},
              {"parameters", parameters_json(d)},
              {"series", entry.make_series != nullptr},
              {"edges", entry.make_edges != nullptr},
              {"memory_bound_bytes", d.memory_bound_bytes},
              {"time_bound_ns", d.time_bound_ns}};
  if (costs) out["state_bytes"] = measured_bytes(entry);
  return out;
}

std::string costs_page(const report::Style& style) {
  report::Table table({{"", false}, {"bytes, at most"}, {"in a crowd"}, {"ns an event, at most"}});
  by_tier(table, [&](const CatalogueEntry& entry, const Descriptor& d) {
    table.row({"  " + d.name, report::short_bytes(static_cast<double>(d.memory_bound_bytes)),
               report::short_bytes(static_cast<double>(measured_bytes(entry))), fmt::format("{:g}", d.time_bound_ns)});
  });
  const std::string note =
      "Bounds hold at 33.7 M members; times of processor an event subscribed to. In a crowd: state after 480,000 "
      "requests of ever new members, sources and tokens. `dwell bench-kernel` measures times, `dwell check-detector` "
      "holds them against the bounds.";
  return table.render(style) + "\n" +
         report::emphasise(report::wrap(note, style.width, 0), report::Emphasis::dim, style) + "\n";
}

int list_grids(const Arguments& arguments) {
  const auto grids = run::read_grids(project_root() + "/detectors/parameter_grids.json");
  if (!grids) return complain(grids.error(), kBadInput);
  report::Table table({{"detector", false}, {"parameter", false}, {"values", false}, {"runs"}});
  Json list = Json::array();
  for (const run::Grid& grid : grids.value()) {
    Json parameters = Json::object();
    for (const auto& [name, values] : grid.parameters) {
      parameters[name] = values;
      const bool first = name == grid.parameters.front().first;
      table.row({first ? grid.detector : "", name, fmt::format("{}", fmt::join(values, ", ")),
                 first ? std::to_string(grid.combinations()) : ""});
    }
    list.push_back({{"name", grid.detector}, {"parameters", parameters}, {"combinations", grid.combinations()}});
  }
  if (arguments.json) return deliver(arguments, dump(list), "");
  const report::Style style = page_style(arguments);
  const std::string note =
      report::wrap("`--detector NAME:*` runs all of a detector's, `--grid` those of all.", style.width, 0);
  return deliver(arguments, table.render(style) + "\n" + report::emphasise(note, report::Emphasis::dim, style) + "\n",
                 "");
}

}  // namespace

int list_detectors(const Arguments& arguments) {
  if (arguments.grid && arguments.costs)
    return complain(Error{"", "--costs", "beside --grid", "either --costs or --grid"}, kBadInput);
  if (arguments.grid) return list_grids(arguments);
  if (arguments.json) {
    Json list = Json::array();
    for (const CatalogueEntry& entry : detect::catalogue()) list.push_back(entry_json(entry, arguments.costs));
    return deliver(arguments, dump(list), "");
  }
  const report::Style style = page_style(arguments);
  if (arguments.costs) return deliver(arguments, costs_page(style), "");
  constexpr std::size_t kRoom = 54;
  report::Table table({{"detector", false}, {"what it looks at, by whom", false}});
  by_tier(table, [&](const CatalogueEntry&, const Descriptor& d) {
    const std::string text = words(d);
    const std::size_t line = text.find('\n');
    add_row(table, {"  " + d.name}, text.substr(0, line), kRoom);
    add_row(table, {""}, text.substr(line + 1), kRoom);
  });
  return deliver(arguments, table.render(style), "");
}

}  // namespace dwell::cli
