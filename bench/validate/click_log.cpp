#include "bench/validate/click_log.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <unordered_map>

#include "bench/csv/file.hpp"
#include "bench/csv/wall_time.hpp"
#include "bench/validate/collector.hpp"
#include "bench/validate/words.hpp"

namespace dwell::validate {
namespace {

using csv::CsvFile;
using csv::WallClock;

using Words = std::vector<std::string_view>;

const Words& usual_names(Role role) {
  static const std::array<Words, kRoles> kNames = {{
      {"user", "user_id", "userid", "visitorid", "visitor_id", "customer_id", "member", "member_id", "client_id"},
      {"time", "timestamp", "ts", "event_time", "datetime", "time_us"},
      {"event", "event_type", "type", "page", "action", "behavior", "behavior_type"},
      {"session", "session_id", "sessionid", "user_session"},
      {"item", "item_id", "itemid", "product_id", "sku", "aid"},
      {"outcome", "login_outcome"},
      {"carrier", "operator"},
      {"system", "os", "platform"},
  }};
  return kNames[static_cast<std::size_t>(role)];
}
const Words kCartWords = {"cart", "carts", "addtocart", "add_to_cart", "add-to-cart"};
const Words kBuyWords = {"buy", "purchase", "order", "orders", "transaction", "done"};
const Words kDoneWords = {"success", "ok", "true", "1", "login", "yes"};
const Words kFailedWords = {"failure", "fail", "failed", "false", "0", "failed_login", "no", "denied"};

template <class Names>
bool holds(const Names& names, std::string_view word) {
  return std::any_of(names.begin(), names.end(), [&](std::string_view name) { return same_word(name, word); });
}

/// The first of them, when there are many.
std::string join(const std::vector<std::string>& names) {
  constexpr std::size_t kShown = 20;
  const std::size_t shown = std::min(names.size(), kShown);
  std::string out =
      fmt::format("{}", fmt::join(names.begin(), names.begin() + static_cast<std::ptrdiff_t>(shown), ", "));
  if (shown < names.size()) out += fmt::format(" and {} more", names.size() - shown);
  return out;
}

class LogReader {
 public:
  LogReader(CsvFile& file, const LogOptions& options) : file_(file), options_(options), clock_(options.zone_us) {}

  Status map_columns() {
    const std::vector<std::string>& header = file_.header();
    for (std::size_t role = 0; role < kRoles; ++role) {
      const std::string& wanted = options_.columns[role];
      if (wanted == kNoColumn) continue;
      if (const auto other = earlier_role(role); !wanted.empty() && other)
        return file_.error(fmt::format("found the column \"{}\" for {} and for {}", wanted, *other, kRoleNames[role]),
                           "--columns with a column for each");
      for (std::size_t c = 0; c < header.size() && !at_[role]; ++c) {
        const bool usual =
            wanted.empty() && !is_given(header[c]) && holds(usual_names(static_cast<Role>(role)), header[c]);
        if (header[c] == wanted || usual) at_[role] = c;
      }
      if (!wanted.empty() && !at_[role])
        return file_.error(fmt::format("found no column \"{}\" for {}", wanted, kRoleNames[role]), join(header));
      if (at_[role]) result_.columns[role] = header[*at_[role]];
    }
    if (!has(Role::time)) return missing("time", header);
    if (!has(Role::user) && !has(Role::session)) return missing("user or session", header);
    return success();
  }

  Result<LogResult> read(const LogProgress& progress) {
    Collector collector(collector_options());
    constexpr std::uint64_t kRowsBetween = 1U << 16;
    for (;;) {
      const Result<bool> more = file_.next();
      if (!more) return more.error();
      if (!more.value()) break;
      ++result_.rows;
      if (const Status taken = take(collector); !taken) return taken.error();
      if (progress && result_.rows % kRowsBetween == 0) {
        const auto all = static_cast<double>(file_.bytes_in_all());
        result_.finished = progress(all > 0 ? static_cast<double>(file_.bytes_read()) / all : 0, result_.rows);
        if (!result_.finished) break;
      }
    }
    if (result_.rows == 0) return file_.error("found a header and no rows", "a row for each click");
    if (result_.rows == result_.without_owner && result_.finished)
      return Error{file_.path(), "", "found no row with a user or a session", "rows of somebody"};
    result_.time_form = clock_.form();
    result_.zone_applied = clock_.moved();
    result_.observed = collector.finish();
    return std::move(result_);
  }

 private:
  /// The first role before this one that was given the same column.
  [[nodiscard]] std::optional<std::string_view> earlier_role(std::size_t role) const {
    for (std::size_t r = 0; r < role; ++r) {
      if (options_.columns[r] == options_.columns[role]) return kRoleNames[r];
    }
    return std::nullopt;
  }
  /// What somebody gave to one role is guessed for no other.
  [[nodiscard]] bool is_given(const std::string& column) const {
    return std::find(options_.columns.begin(), options_.columns.end(), column) != options_.columns.end();
  }
  [[nodiscard]] bool has(Role role) const { return at_[static_cast<std::size_t>(role)].has_value(); }
  [[nodiscard]] std::string_view text(Role role) const {
    const auto& column = at_[static_cast<std::size_t>(role)];
    return column ? file_.field(*column) : std::string_view{};
  }
  [[nodiscard]] std::uint64_t hash(Role role) const {
    const std::string_view word = text(role);
    return word.empty() ? 0 : name_hash(word);
  }
  [[nodiscard]] Error missing(const std::string& what, const std::vector<std::string>& header) const {
    return file_.error(fmt::format("found no column for {}", what),
                       fmt::format("--columns with one of: {}", join(header)));
  }

  [[nodiscard]] CollectorOptions collector_options() const {
    CollectorOptions out;
    out.columns = {.user = has(Role::user),
                   .session = has(Role::session),
                   .event = has(Role::event),
                   .item = has(Role::item),
                   .outcome = has(Role::outcome),
                   .carrier = has(Role::carrier),
                   .system = has(Role::system)};
    out.holidays = options_.holidays;
    out.promotions = options_.promotions;
    out.slack_us = options_.slack_us;
    return out;
  }

  /// What was named for one is not taken for the other by its usual words.
  [[nodiscard]] Kind find_kind(std::string_view word) const {
    if (holds(options_.buy_words, word)) return Kind::buy;
    if (holds(options_.cart_words, word)) return Kind::cart;
    if (options_.buy_words.empty() && holds(kBuyWords, word)) return Kind::buy;
    if (options_.cart_words.empty() && holds(kCartWords, word)) return Kind::cart;
    return Kind::view;
  }
  Kind kind_of(std::string_view word) {
    const auto known = kinds_.find(std::string(word));
    if (known != kinds_.end()) return known->second;
    const Kind kind = find_kind(word);
    constexpr std::size_t kShown = 20, kRemembered = 10'000;
    if (kind == Kind::view && result_.view_words.size() < kShown) result_.view_words.emplace_back(word);
    if (kinds_.size() < kRemembered) kinds_.emplace(word, kind);
    return kind;
  }

  Status take(Collector& collector) {
    const Result<std::int64_t> time_us = clock_.read(text(Role::time));
    if (!time_us) return file_.error(time_us.error().found, time_us.error().accepted);
    Click click;
    click.time_us = time_us.value();
    click.user = hash(Role::user);
    click.session = hash(Role::session);
    click.item = hash(Role::item);
    if (has(Role::event)) click.kind = kind_of(text(Role::event));
    click.carrier = carrier_of(text(Role::carrier));
    click.system = system_of(text(Role::system));
    if (const std::string_view outcome = text(Role::outcome); !outcome.empty()) {
      const bool done = holds(kDoneWords, outcome);
      if (!done && !holds(kFailedWords, outcome))
        return file_.error(fmt::format("found the outcome \"{}\"", outcome),
                           "success or failure for a log-in, nothing for other rows");
      click.kind = done ? Kind::login_done : Kind::login_failed;
      ++result_.log_ins;
    } else if ((has(Role::session) ? click.session : click.user) == 0) {
      ++result_.without_owner;
      return success();
    }
    return add(collector, click);
  }

  Status add(Collector& collector, const Click& click) const {
    switch (collector.add(click)) {
      case Collector::Taken::yes:
        return success();
      case Collector::Taken::late: {
        const double hours = static_cast<double>(collector.latest_us() - click.time_us) / kHourUs;
        return file_.error(
            fmt::format("found the time \"{}\", {:.1f} h before one further up", text(Role::time), hours),
            fmt::format("rows in order of time, or out of order by at most {:.0f} minutes",
                        static_cast<double>(options_.slack_us) / (60 * kSecondUs)));
      }
      case Collector::Taken::far:
        break;
    }
    return file_.error(
        fmt::format("found the time \"{}\", more than {} days from the first row's", text(Role::time), kMostDays),
        "a log of at most so many days");
  }

  CsvFile& file_;
  const LogOptions& options_;
  WallClock clock_;
  std::array<std::optional<std::size_t>, kRoles> at_;
  std::unordered_map<std::string, Kind> kinds_;
  LogResult result_;
};

}  // namespace

Result<LogResult> read_click_log(const std::string& path, const LogOptions& options, const LogProgress& progress) {
  Result<CsvFile> file = CsvFile::open(path);
  if (!file) return file.error();
  LogReader reader(file.value(), options);
  if (const Status mapped = reader.map_columns(); !mapped) return mapped.error();
  return reader.read(progress);
}

}  // namespace dwell::validate
