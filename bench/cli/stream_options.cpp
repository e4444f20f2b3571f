#include "bench/cli/stream_options.hpp"

#include <algorithm>
#include <string>

namespace dwell::cli {

Status read_stream(const Values& values, double budget_per_day, StreamArguments& out) {
  if (values.count("value") != 0) {
    for (const std::string& list : values["value"].as<std::vector<std::string>>()) {
      for (std::size_t begin = 0; begin <= list.size();) {
        const std::size_t end = std::min(list.find(',', begin), list.size());
        if (end == begin) return flag_error("value", list, "names of columns, such as --value cpu,memory");
        out.series.values.push_back(list.substr(begin, end - begin));
        begin = end + 1;
      }
    }
  }
  std::uint64_t top = 0;
  for (const Status& status :
       {read_text(values, "time", out.series.time), read_text(values, "label", out.series.label),
        read_text(values, "source", out.edges.source), read_text(values, "destination", out.edges.destination),
        read_text(values, "tick", out.edges.tick), read_number(values, "top", 1, stream::kMostAlerts, top)}) {
    if (!status) return status.error();
  }
  out.edges.label = out.series.label;
  if (values.count("top") != 0 && values.count("budget") != 0)
    return flag_error("top", values["top"].as<std::string>(), "either --top or --budget");
  if (values.count("top") != 0) out.budget.rows = top;
  if (values.count("budget") != 0) out.budget.per_day = budget_per_day;
  return success();
}

}  // namespace dwell::cli
