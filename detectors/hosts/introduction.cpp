#include "detectors/hosts/introduction.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "sim/telemetry/schema.hpp"

namespace dwell::hosts {
namespace {

using Json = nlohmann::json;
using detect::Descriptor;

constexpr double kMostBoundBytes = 1e12;

std::vector<std::string> words_of(const std::string& list) {
  std::vector<std::string> words(1);
  for (const char c : list) {
    if (c == ',') {
      words.emplace_back();
    } else if (c != ' ') {
      words.back() += c;
    }
  }
  return words;
}

std::string or_default(const char* text, const char* otherwise) { return text != nullptr ? text : otherwise; }

/// Reads one `hello`, remembering the first thing that is wrong.
class Reader {
 public:
  Reader(const Json& hello, const Reference& reference) : hello_(hello), reference_(reference) {}

  Result<Introduction> read() {
    Descriptor& d = out_.descriptor;
    d.name = reference_.row;
    d.form = detect::Form::sequential;
    d.summary = text("summary");
    d.paper = text("paper");
    d.check = "none: from outside the tree";
    d.tier = static_cast<detect::Tier>(number("tier", 0, 3));
    read_list("topics", &read_topics, d.topics);
    read_list("pages", &read_pages, d.pages);
    read_columns();
    const double bound = number("memory_bound_bytes", 1, kMostBoundBytes);
    d.memory_bound_bytes = static_cast<std::uint64_t>(bound) + kHostBytes;
    d.time_bound_ns = number("time_bound_ns", 0, 1e12) + kWireNs;
    d.names_sources = true;
    read_parameters();
    out_.saves = hello_.contains("saves") && hello_["saves"].is_boolean() && hello_["saves"].get<bool>();
    if (!error_) {
      for (const auto& [name, value] : reference_.parameters) {
        if (const Status set = d.set(name, value); !set) return set.error();
      }
    }
    if (error_) return *error_;
    return out_;
  }

 private:
  void wrong(const std::string& place, const std::string& found, const std::string& accepted) {
    if (!error_) error_ = Error{reference_.file, reference_.name + ": " + place, found, accepted};
  }

  std::string text(const char* key) {
    if (hello_.contains(key) && hello_[key].is_string()) return hello_[key].get<std::string>();
    wrong(key, "found no text", "text");
    return "";
  }

  double number(const char* key, double least, double most) {
    const double value = hello_.contains(key) && hello_[key].is_number() ? hello_[key].get<double>() : std::nan("");
    if (value >= least && value <= most) return value;
    wrong(key, hello_.contains(key) ? "found " + hello_[key].dump() : "found none",
          fmt::format("a number from {} to {}", least, most));
    return least;
  }

  /// A list that is read by `parse`, whose mistake is kept.
  template <class Mask>
  void read_list(const char* key, Result<Mask> (*parse)(const std::string&), Mask& out) {
    const Result<Mask> mask = parse(text(key));
    if (mask) out = mask.value();
    if (!mask) wrong(key, mask.error().found, mask.error().accepted);
  }

  void read_columns() {
    const std::string list = text("columns");
    out_.columns.fill(list == "all" ? kAllColumns : 0);
    if (list == "all") return;
    for (const std::string& word : words_of(list)) {
      const bool known = mark_column(word);
      if (!known) wrong("columns", "found \"" + word + "\"", "all, or topic.column as `dwell schema telemetry` lists");
    }
  }

  bool mark_column(const std::string& word) {
    for (const telemetry::TopicInfo& topic : telemetry::topics()) {
      for (std::size_t c = 0; c < topic.columns.size(); ++c) {
        if (word != std::string(topic.name) + "." + std::string(topic.columns[c].name)) continue;
        out_.columns[static_cast<std::size_t>(topic.topic)] |= ColumnMask{1} << c;
        return true;
      }
    }
    return false;
  }

  void read_parameters() {
    if (!hello_.contains("parameters")) return;
    try {
      for (const Json& each : hello_.at("parameters")) {
        const detect::Parameter p{each.at("name").get<std::string>(), each.at("value").get<double>(),
                                  each.at("least").get<double>(), each.at("most").get<double>(),
                                  each.at("meaning").get<std::string>()};
        if (!(p.least <= p.value && p.value <= p.most)) {
          wrong("parameter " + p.name, fmt::format("found {}", p.value), fmt::format("{} to {}", p.least, p.most));
        }
        out_.descriptor.parameters.push_back(p);
      }
    } catch (const Json::exception&) {
      wrong("parameters", "found one that is not whole", "name, value, least, most, meaning");
    }
  }

  const Json& hello_;
  const Reference& reference_;
  Introduction out_;
  std::optional<Error> error_;
};

}  // namespace

Result<detect::TopicMask> read_topics(const std::string& list) {
  detect::TopicMask mask = 0;
  std::vector<std::string_view> names;
  for (const telemetry::TopicInfo& topic : telemetry::topics()) names.push_back(topic.name);
  for (const std::string& word : words_of(list)) {
    const auto at = std::find(names.begin(), names.end(), word);
    if (at == names.end()) return Error{"", "", "found \"" + word + "\"", fmt::format("{}", fmt::join(names, ", "))};
    mask |= detect::TopicMask{1} << (at - names.begin());
  }
  return mask;
}

Result<detect::PageMask> read_pages(const std::string& list) {
  if (list == "all") return detect::kAllPages;
  if (list == "member-data") return detect::kMemberDataPages;
  detect::PageMask mask = 0;
  for (const std::string& word : words_of(list)) {
    const auto at = std::find(kPageNames.begin(), kPageNames.end(), word);
    if (at == kPageNames.end()) {
      return Error{"", "", "found \"" + word + "\"",
                   fmt::format("all, member-data, or {}", fmt::join(kPageNames, ", "))};
    }
    mask |= detect::PageMask{1} << (at - kPageNames.begin());
  }
  return mask;
}

Json hello_of(const dwell_detector& detector) {
  Json parameters = Json::array();
  for (std::uint32_t i = 0; i < detector.parameter_count; ++i) {
    const dwell_parameter& p = detector.parameters[i];
    parameters.push_back({{"name", or_default(p.name, "")},
                          {"value", p.value},
                          {"least", p.least},
                          {"most", p.most},
                          {"meaning", or_default(p.meaning, "")}});
  }
  return {{"type", "hello"},
          {"name", or_default(detector.name, "")},
          {"summary", or_default(detector.summary, "")},
          {"paper", or_default(detector.paper, "")},
          {"tier", detector.tier},
          {"topics", or_default(detector.topics, "access")},
          {"pages", or_default(detector.pages, "member-data")},
          {"columns", or_default(detector.columns, "all")},
          {"memory_bound_bytes", detector.memory_bound_bytes},
          {"time_bound_ns", detector.time_bound_ns},
          {"parameters", parameters},
          {"saves", detector.save != nullptr}};
}

Result<Introduction> read_hello(const Json& hello, const Reference& reference) {
  return Reader(hello, reference).read();
}

}  // namespace dwell::hosts
