#include <fmt/format.h>
#include <filesystem>

#include <algorithm>
#include <chrono>
#include <nlohmann/json.hpp>
#include <optional>
#include <thread>

#include "bench/cli/commands.hpp"
#include "bench/cli/interrupt.hpp"
#include "bench/cli/main_command.hpp"
#include "bench/cli/output_file.hpp"
#include "bench/cli/progress.hpp"
#include "bench/cli/scenarios.hpp"
#include "bench/cli/terminal.hpp"
#include "bench/cli/validate_page.hpp"
#include "bench/report/text.hpp"
#include "bench/run/build_info.hpp"
#include "bench/validate/simulated.hpp"
#include "bench/validate/week_plot.hpp"

namespace dwell::cli {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kScenario = "coupang-2025";
constexpr world::Scale kScale{1, 200};
constexpr std::uint32_t kDays = 35, kYearDays = 365;
// Five weeks that begin with October: Chuseok in the first, and November's promotion in the last four days. The first
// 28 days, on which the statistics of users rest, hold no promotion. A scenario's own dates are those of its campaign,
// and say nothing about which weeks show its calendar.
constexpr const char* kFirstDay = "2025-10-01";
constexpr const char* kFirstOfYear = "2025-01-01";

/// What was looked at, with its statistics still to be computed.
struct Seen {
  validate::Observed observed;
  std::string title;
  std::vector<std::string> remarks;
  Json source;
};
using MaybeSeen = Result<std::optional<Seen>>;  // nothing: stopped

class Progress {
 public:
  explicit Progress(bool quiet) : line_(quiet, stderr_is_terminal()) {}
  bool show(const std::string& what, double done, std::uint64_t count) {
    const double elapsed_s = std::chrono::duration<double>(Clock::now() - begin_).count();
    line_.show(elapsed_s, [&] {
      const std::string share = done > 0 ? fmt::format("{:.0f} %, ", 100 * done) : "";
      return fmt::format("{}: {}{}{}", what, share, report::short_count(static_cast<double>(count)),
                         done > 0 ? time_to_go(done, elapsed_s) : "");
    });
    return !stop_requested();
  }

 private:
  using Clock = std::chrono::steady_clock;
  Clock::time_point begin_ = Clock::now();
  ProgressLine line_;
};

Result<world::Scenario> scenario_of(const Arguments& arguments) {
  const std::string& wanted = arguments.validate.scenario;
  const Result<std::string> path = find_scenario(wanted.empty() ? kScenario : wanted);
  if (!path) return path.error();
  return load_scenario(path.value());
}

MaybeSeen simulate(const Arguments& arguments) {
  const Result<world::Scenario> scenario = scenario_of(arguments);
  if (!scenario) return scenario.error();
  const bool year = arguments.validate.full_year;
  const std::size_t threads =
      arguments.threads == 0 ? std::max(1U, std::thread::hardware_concurrency()) : arguments.threads;
  const auto executor = kernel::make_thread_executor(threads);
  const std::string& from = arguments.validate.from;
  const std::string first_day = year ? kFirstOfYear : from.empty() ? kFirstDay : from;
  validate::SimulatedOptions options;
  options.scale = arguments.scale.value_or(kScale);
  options.seed = Seed{arguments.seed};
  options.first_day = world::parse_date(first_day).value();
  options.days = year ? kYearDays : arguments.days == 0 ? kDays : arguments.days;
  options.executor = executor.get();
  Progress progress(arguments.quiet);
  auto result = validate::observe_simulation(scenario.value(), options, [&](double done, std::uint64_t clicks) {
    return progress.show("simulating, clicks", done, clicks);
  });
  if (!result) return Error{"", "--scale", result.error().found, result.error().accepted};
  validate::SimulatedResult& simulated = result.value();
  if (!simulated.finished) return std::optional<Seen>{};
  const std::string scale = fmt::format("{}/{}", options.scale.numerator, options.scale.denominator);
  Seen seen;
  seen.title = fmt::format("{} at {}, seed {}: {} day{} from {}, {} members, {} clicks", scenario.value().name, scale,
                           arguments.seed, options.days, options.days == 1 ? "" : "s", first_day,
                           report::short_count(static_cast<double>(simulated.accounts)),
                           report::short_count(static_cast<double>(simulated.observed.clicks)));
  seen.source = {{"kind", "simulation"},
                 {"scenario", scenario.value().name},
                 {"scale", scale},
                 {"seed", arguments.seed},
                 {"first_day", first_day},
                 {"days", options.days},
                 {"members", simulated.accounts},
                 {"clicks", simulated.observed.clicks},
                 {"version", run::kVersion},
                 {"revision", run::kRevision}};
  seen.observed = std::move(simulated.observed);
  return std::optional<Seen>(std::move(seen));
}

std::string date_and_time(std::int64_t time_us) {
  const std::int64_t day = validate::day_of(time_us);
  const std::int64_t minutes = (time_us - day * validate::kDayUs) / (60 * validate::kSecondUs);
  return fmt::format("{} {:02}:{:02}", world::to_string(Date{static_cast<std::int32_t>(day)}), minutes / 60,
                     minutes % 60);
}

/// How times were read, and which days are special.
std::string calendar_remark(const validate::LogResult& log, const ValidateArguments& given) {
  std::string text = fmt::format("Times: {}", log.time_form);
  if (log.zone_applied) {
    text += fmt::format(", read on the wall clock of {}.", given.zone.empty() ? "+09:00" : given.zone);
  } else {
    text += given.zone.empty() ? "." : ", as they stand: --zone is for numbers and UTC.";
  }
  text += given.holidays_given ? " Holidays: those given" : " Holidays: those of the scenario's calendar";
  return text + (given.log.promotions.empty() ? "; promotions: none given." : "; promotions: those given.");
}

void add_silences(const validate::Observed& seen, std::vector<std::string>& out) {
  if (seen.silences_seen != 0) {
    const validate::Silence& longest = seen.silences.front();
    out.push_back(
        fmt::format("Gaps of more than {}: {}, the longest of {:.1f} h from {}. Their days are left out "
                    "of the series of days; spans of 28 days begin anew after whole days without clicks.",
                    seen.quiet_us == 0 ? "six hours" : "a quiet night and a half", seen.silences_seen,
                    static_cast<double>(longest.length_us) / validate::kHourUs, date_and_time(longest.begin_us)));
    if (!validate::tells_nights(seen))
      out.push_back(
          fmt::format("Whether they are gaps of the log or quiet nights cannot be told from fewer than {} "
                      "nights: without those days there may be nothing for statistics 13 and 14.",
                      validate::kFewestNights));
  }
  if (seen.quiet_us != 0)
    out.push_back(fmt::format("Nights are quiet, for {:.1f} h as a rule: they are no gaps of the log.",
                              static_cast<double>(seen.quiet_us) / validate::kHourUs));
}

void add_remarks(const validate::LogResult& log, const ValidateArguments& given, std::vector<std::string>& out) {
  const validate::Observed& seen = log.observed;
  std::string used;
  for (std::size_t r = 0; r < validate::kRoles; ++r) {
    if (!log.columns[r].empty())
      used += fmt::format("{}{}={}", used.empty() ? "" : ", ", validate::kRoleNames[r], log.columns[r]);
  }
  out.push_back(fmt::format("Columns: {}.", used));
  out.push_back(calendar_remark(log, given));
  if (log.log_ins != 0)
    out.push_back(fmt::format(
        "{} of {} rows have an outcome: log-ins, and no pages. If \"{}\" says something else: "
        "--columns outcome={}.",
        log.log_ins, log.rows, log.columns[static_cast<std::size_t>(validate::Role::outcome)], validate::kNoColumn));
  if (log.without_owner != 0)
    out.push_back(log.without_owner == 1
                      ? "One row without user or session was left out."
                      : fmt::format("{} rows without user or session were left out.", log.without_owner));
  add_silences(seen, out);
  double carts = 0, buys = 0;
  for (const validate::DayEvidence& day : seen.by_day) {
    carts += day.kinds[1];
    buys += day.kinds[2];
  }
  if (seen.columns.event && (carts == 0 || buys == 0)) {
    std::string words;
    for (const std::string& word : log.view_words) words += (words.empty() ? "" : ", ") + report::fit(word, 24);
    out.push_back(fmt::format("No event was taken for {}; name it with --events. Taken for views: {}.",
                              buys == 0 ? "an order" : "putting into the cart", words));
  }
  const double least = std::min({seen.session_share, seen.user_share, seen.item_share});
  if (least < 1)
    out.push_back(
        fmt::format("More than memory holds: ratios are those of an even sample ({:.2g} of sessions, {:.2g} of "
                    "users, {:.2g} of items).",
                    seen.session_share, seen.user_share, seen.item_share));
}

MaybeSeen read_log(const Arguments& arguments) {
  validate::LogOptions options = arguments.validate.log;
  if (!arguments.validate.holidays_given) {
    const Result<world::Scenario> scenario = scenario_of(arguments);
    if (!scenario) return scenario.error();
    const commerce::CalendarParams calendar = scenario.value().platform.calendar.in_force();
    for (const Date day : calendar.holidays) options.holidays.push_back(day.days);
  }
  Progress progress(arguments.quiet);
  auto result = validate::read_click_log(arguments.subject, options, [&](double done, std::uint64_t rows) {
    return progress.show("reading, rows", done, rows);
  });
  if (!result) return result.error();
  validate::LogResult& log = result.value();
  if (!log.finished) return std::optional<Seen>{};
  Seen seen;
  seen.title =
      fmt::format("{}: {} row{}, {} day{} from {}", arguments.subject == "-" ? "standard input" : arguments.subject,
                  report::short_count(static_cast<double>(log.rows)), log.rows == 1 ? "" : "s",
                  log.observed.days.size(), log.observed.days.size() == 1 ? "" : "s",
                  world::to_string(Date{static_cast<std::int32_t>(log.observed.first_day)}));
  add_remarks(log, arguments.validate, seen.remarks);
  Json columns = Json::object();
  for (std::size_t r = 0; r < validate::kRoles; ++r) {
    if (!log.columns[r].empty()) columns[std::string(validate::kRoleNames[r])] = log.columns[r];
  }
  seen.source = {{"kind", "log"},
                 {"file", arguments.subject},
                 {"rows", log.rows},
                 {"columns", columns},
                 {"times", log.time_form},
                 {"log_ins", log.log_ins},
                 {"without_owner", log.without_owner},
                 {"clicks", log.observed.clicks}};
  for (const validate::Silence& silence : log.observed.silences)
    seen.source["gaps"].push_back({{"from", date_and_time(silence.begin_us)},
                                   {"hours", static_cast<double>(silence.length_us) / validate::kHourUs}});
  seen.observed = std::move(log.observed);
  return std::optional<Seen>(std::move(seen));
}

Status draw(const Seen& seen, const OutputFile& plot) {
  const Result<std::string> drawing = validate::week_plot(seen.observed, seen.title);
  if (drawing) return plot.write(drawing.value());
  return Error{plot.path(), "--plot", drawing.error().found, drawing.error().accepted};
}

/// However a path is spelt.
std::filesystem::path place_of(const std::string& path) {
  std::error_code ignored;
  return std::filesystem::weakly_canonical(std::filesystem::absolute(path), ignored);
}

}  // namespace

int validate_command(const Arguments& arguments) {
  std::optional<OutputFile> file, plot;
  for (const auto& [path, place] : {std::pair{&arguments.output, &file}, {&arguments.validate.plot, &plot}}) {
    if (path->empty()) continue;
    const Result<OutputFile> prepared = OutputFile::prepare(*path, {arguments.subject});
    if (!prepared) return complain(prepared.error(), kBadInput);
    *place = prepared.value();
  }
  if (file && plot && place_of(file->path()) == place_of(plot->path()))
    return complain(Error{plot->path(), "--plot", "found the file of --output", "a file of its own"}, kBadInput);
  catch_interrupts(arguments.quiet);
  MaybeSeen result = arguments.subject.empty() ? simulate(arguments) : read_log(arguments);
  if (!result) return complain(result.error(), kBadInput);
  if (!result.value()) {
    say("dwell: stopped before the end; nothing was validated\n");
    return kInterrupted;
  }
  Seen& seen = *result.value();
  Validation validation{
      seen.title, seen.remarks, !arguments.subject.empty(), &seen.observed, validate::compute_statistics(seen.observed),
      {}};
  if (arguments.validate.fit) validation.fit = validate::fit_parameters(seen.observed);
  // Words of a log may be in another encoding than UTF-8.
  const std::string text =
      validation_json(validation, seen.source).dump(1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
  // What was computed is shown even where a file cannot be written.
  int code = kDone;
  if (!arguments.json) code = put(validation_page(validation, stdout_style()));
  if (arguments.json && !file) code = put(text);
  if (file) {
    if (const Status written = file->write(text); !written) code = complain(written.error(), kFailed);
  }
  if (plot) {
    if (const Status drawn = draw(seen, *plot); !drawn) code = complain(drawn.error(), kFailed);
  }
  if (code != kDone) return code;
  return verdict(validation.statistics).failed == 0 ? kDone : kFailed;
}

}  // namespace dwell::cli
