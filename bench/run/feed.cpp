#include "bench/run/feed.hpp"

#include <algorithm>
#include <tuple>

#include "sim/core/digest.hpp"

namespace dwell::run {
namespace {

constexpr Label kBackgroundLabel = 0;

/// Whether a view contains rows of a label; labels 1 and 2 are the views of the same number.
constexpr bool contains(std::size_t view, Label label) { return label == kBackgroundLabel || label == view; }

constexpr bool has(detect::TopicMask topics, telemetry::Topic topic) {
  return (topics & detect::topic_bit(topic)) != 0;
}

}  // namespace

std::size_t Subscription::variant(detect::TopicMask wanted) {
  const auto at = std::find(topics.begin(), topics.end(), wanted);
  if (at != topics.end()) return static_cast<std::size_t>(at - topics.begin());
  topics.push_back(wanted);
  return topics.size() - 1;
}

Lane::Lane(Subscription subscription, std::uint32_t shards) : subscription_(std::move(subscription)), shards_(shards) {
  for (const detect::TopicMask topics : subscription_.topics) auth_ = auth_ || has(topics, telemetry::Topic::auth);
  handed_out_.resize(subscription_.topics.size());
  DWELL_DEMAND(!(subscription_.ordered && subscription_.by_shard), "rows are either merged or apart by shard");
  shard_places_.resize(shards);
}

void Lane::load(const WindowSource& source) {
  adds_ = {};
  shift_ = source.shift;
  set_platform_rows(source);
  if (subscription_.ordered) {
    gather(source);
    units_ = 1;
    if (unit_.empty()) unit_.resize(1);
    choose(unit_[0], merged_, source, false);
    return;
  }
  units_ = source.partitions.size();
  if (unit_.size() < units_) unit_.resize(units_);
  for (std::size_t p = 0; p < units_; ++p) choose(unit_[p], source.partitions[p], source, true);
}

/// Topics a detector did not name stay empty.
void Lane::set_platform_rows(const WindowSource& source) {
  using telemetry::Topic;
  const telemetry::PlatformRows& platform = *source.platform;
  for (std::size_t k = 0; k < handed_out_.size(); ++k) {
    const detect::TopicMask topics = subscription_.topics[k];
    detect::WindowRows& rows = handed_out_[k];
    if (has(topics, Topic::keys)) rows.keys = {platform.keys.rows, shift_};
    if (has(topics, Topic::workforce)) rows.workforce = {platform.workforce.rows, shift_};
    if (has(topics, Topic::audit)) rows.audit = {platform.audit.rows, shift_};
    if (has(topics, Topic::complaints)) rows.complaints = {platform.complaints.rows, shift_};
    if (has(topics, Topic::deception)) rows.deception = {platform.deception.rows, shift_};
  }
}

void Lane::gather(const WindowSource& source) {
  const auto by_place = [](const Place& a, const Place& b) {
    return std::tie(a.ingest_us, a.hash) < std::tie(b.ingest_us, b.hash);
  };
  merged_.clear();
  places_.clear();
  for (std::uint32_t p = 0; p < source.partitions.size(); ++p) {
    const telemetry::AccessBatch& rows = source.partitions[p].access.rows;
    const std::uint8_t* page = rows.page.data();
    for (std::uint32_t i = 0; i < rows.size(); ++i) {
      if (wants(page[i]))
        places_.push_back({rows.ingest_us[i], mix64(rows.token[i] ^ source.hash_key, rows.member[i]), p, i});
    }
  }
  std::sort(places_.begin(), places_.end(), by_place);
  for (const Place& place : places_) {
    const auto& access = source.partitions[place.partition].access;
    merged_.access.push(access.rows.row(place.row), access.origins[place.row]);
  }
  if (!auth_) return;
  places_.clear();
  for (std::uint32_t p = 0; p < source.partitions.size(); ++p) {
    const telemetry::AuthBatch& rows = source.partitions[p].auth.rows;
    for (std::uint32_t i = 0; i < rows.size(); ++i) {
      places_.push_back({rows.ingest_us[i], mix64(rows.token[i] ^ source.hash_key, rows.member[i]), p, i});
    }
  }
  std::sort(places_.begin(), places_.end(), by_place);
  for (const Place& place : places_) {
    const auto& auth = source.partitions[place.partition].auth;
    merged_.auth.push(auth.rows.row(place.row), auth.origins[place.row]);
  }
}

void Lane::choose(Unit& unit, const telemetry::PartitionRows& rows, const WindowSource& source, bool filter_pages) {
  const bool filter = filter_pages && subscription_.pages != detect::kAllPages;
  unit.rows = &rows;
  unit.all_access = rows.access.foreign == 0 && !filter;
  unit.all_auth = !auth_ || rows.auth.foreign == 0;
  for (std::size_t v = 0; v < kViews; ++v) {
    unit.chosen[v].clear();
    unit.extra[v].clear();
    unit.ends[v].clear();
  }
  if (!subscription_.by_shard) {
    if (!unit.all_access) choose_access(unit, 0, rows.access.rows.size(), source, filter);
    if (!unit.all_auth) choose_auth(unit, 0, rows.auth.rows.size(), source);
  } else {
    const auto number = static_cast<std::uint32_t>(&unit - unit_.data());
    for (std::uint32_t part = 0; part < rows.shards.size(); ++part) {
      const telemetry::ShardRange& range = rows.shards[part];
      shard_places_[range.shard.value] = {number, part};
      if (!unit.all_access) choose_access(unit, range.access_begin, range.access_end, source, filter);
      if (!unit.all_auth) choose_auth(unit, range.auth_begin, range.auth_end, source);
      for (std::size_t v = 0; v < kViews; ++v) {
        unit.ends[v].access.push_back(static_cast<std::uint32_t>(unit.chosen[v].access.size()));
        unit.ends[v].auth.push_back(static_cast<std::uint32_t>(unit.chosen[v].auth.size()));
      }
    }
  }
  for (std::size_t v = 0; v < kViews; ++v) {
    adds_[v] = adds_[v] || !unit.extra[v].access.empty() || !unit.extra[v].auth.empty();
  }
}

void Lane::choose_access(Unit& unit, std::size_t begin, std::size_t end, const WindowSource& source, bool filter) {
  const telemetry::Labelled<telemetry::AccessBatch>& access = unit.rows->access;
  const std::uint8_t* page = access.rows.page.data();
  if (access.foreign == 0) {
    std::vector<std::uint32_t>& chosen = unit.chosen[0].access;  // serves all views
    for (std::size_t i = begin; i < end; ++i) {
      if (wants(page[i])) chosen.push_back(static_cast<std::uint32_t>(i));
    }
    return;
  }
  for (std::size_t i = begin; i < end; ++i) {
    if (filter && !wants(page[i])) continue;
    const Label label = (*source.label)(access.origins[i]);
    for (std::size_t v = 0; v < kViews; ++v) {
      if (contains(v, label)) unit.chosen[v].access.push_back(static_cast<std::uint32_t>(i));
    }
    if (label != kBackgroundLabel) unit.extra[label].access.push_back(static_cast<std::uint32_t>(i));
  }
}

void Lane::choose_auth(Unit& unit, std::size_t begin, std::size_t end, const WindowSource& source) {
  for (std::size_t i = begin; i < end; ++i) {
    const Label label = (*source.label)(unit.rows->auth.origins[i]);
    for (std::size_t v = 0; v < kViews; ++v) {
      if (contains(v, label)) unit.chosen[v].auth.push_back(static_cast<std::uint32_t>(i));
    }
    if (label != kBackgroundLabel) unit.extra[label].auth.push_back(static_cast<std::uint32_t>(i));
  }
}

const detect::WindowRows& Lane::rows(std::size_t unit, std::size_t variant, View view) {
  const Unit& from = unit_[unit];
  const std::size_t v = from.rows->access.foreign == 0 ? 0 : index(view);
  const detect::TopicMask topics = subscription_.topics[variant];
  detect::WindowRows& out = handed_out_[variant];
  if (has(topics, telemetry::Topic::access)) {
    out.access = from.all_access ? telemetry::AccessRows(from.rows->access.rows, shift_)
                                 : telemetry::AccessRows(from.rows->access.rows, from.chosen[v].access, shift_);
  }
  if (has(topics, telemetry::Topic::auth)) {
    out.auth = from.all_auth ? telemetry::AuthRows(from.rows->auth.rows, shift_)
                             : telemetry::AuthRows(from.rows->auth.rows, from.chosen[index(view)].auth, shift_);
  }
  return out;
}

const detect::WindowRows& Lane::added(std::size_t unit, std::size_t variant, View view) {
  const Unit& from = unit_[unit];
  const Choice& extra = from.extra[index(view)];
  const detect::TopicMask topics = subscription_.topics[variant];
  detect::WindowRows& out = handed_out_[variant];
  if (has(topics, telemetry::Topic::access)) out.access = {from.rows->access.rows, extra.access, shift_};
  if (has(topics, telemetry::Topic::auth)) out.auth = {from.rows->auth.rows, extra.auth, shift_};
  return out;
}

const detect::WindowRows& Lane::platform(std::size_t variant) {
  detect::WindowRows& out = handed_out_[variant];
  out.access = {};
  out.auth = {};
  return out;
}

const detect::WindowRows& Lane::shard_rows(std::uint32_t shard, std::size_t variant, View view) {
  const auto [number, part] = shard_places_[shard];
  const Unit& unit = unit_[number];
  const telemetry::ShardRange& range = unit.rows->shards[part];
  const auto chosen = [part = part](const std::vector<std::uint32_t>& rows, const std::vector<std::uint32_t>& ends) {
    const std::uint32_t begin = part == 0 ? 0 : ends[part - 1];
    return std::span(rows.data() + begin, ends[part] - begin);
  };
  const std::size_t v = unit.rows->access.foreign == 0 ? 0 : index(view);
  const std::size_t w = index(view);
  const detect::TopicMask topics = subscription_.topics[variant];
  detect::WindowRows& out = handed_out_[variant];
  const telemetry::PartitionRows& rows = *unit.rows;
  if (has(topics, telemetry::Topic::access)) {
    out.access = unit.all_access ? telemetry::AccessRows(rows.access.rows, range.access_begin, range.access_end, shift_)
                                 : telemetry::AccessRows(rows.access.rows,
                                                         chosen(unit.chosen[v].access, unit.ends[v].access), shift_);
  }
  if (has(topics, telemetry::Topic::auth)) {
    out.auth = unit.all_auth
                   ? telemetry::AuthRows(rows.auth.rows, range.auth_begin, range.auth_end, shift_)
                   : telemetry::AuthRows(rows.auth.rows, chosen(unit.chosen[w].auth, unit.ends[w].auth), shift_);
  }
  return out;
}

}  // namespace dwell::run
