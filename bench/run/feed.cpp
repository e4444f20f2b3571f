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
  if (subscription_.by_shard) {
    subscription_.ordered = true;
    shard_choice_.resize(shards * kViews);
  }
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
    if (subscription_.by_shard) split_by_shard(source);
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
  const bool foreign_access = rows.access.foreign != 0;
  const bool foreign_auth = auth_ && rows.auth.foreign != 0;
  const bool filter = filter_pages && subscription_.pages != detect::kAllPages;
  unit.rows = &rows;
  unit.all_access = !foreign_access && !filter;
  unit.all_auth = !foreign_auth;
  for (std::size_t v = 0; v < kViews; ++v) {
    unit.chosen[v].clear();
    unit.extra[v].clear();
  }
  if (!unit.all_access) {
    const telemetry::AccessBatch& access = rows.access.rows;
    for (std::uint32_t i = 0; i < access.size(); ++i) {
      if (filter && !wants(access.page[i])) continue;
      const Label label = foreign_access ? (*source.label)(rows.access.origins[i]) : kBackgroundLabel;
      for (std::size_t v = 0; v < kViews; ++v) {
        if (contains(v, label)) unit.chosen[v].access.push_back(i);
      }
      if (label != kBackgroundLabel) unit.extra[label].access.push_back(i);
    }
  }
  if (foreign_auth) {
    for (std::uint32_t i = 0; i < rows.auth.rows.size(); ++i) {
      const Label label = (*source.label)(rows.auth.origins[i]);
      for (std::size_t v = 0; v < kViews; ++v) {
        if (contains(v, label)) unit.chosen[v].auth.push_back(i);
      }
      if (label != kBackgroundLabel) unit.extra[label].auth.push_back(i);
    }
  }
  for (std::size_t v = 0; v < kViews; ++v) {
    adds_[v] = adds_[v] || !unit.extra[v].access.empty() || !unit.extra[v].auth.empty();
  }
}

void Lane::split_by_shard(const WindowSource& source) {
  shards_differ_ = merged_.access.foreign != 0 || (auth_ && merged_.auth.foreign != 0);
  const std::size_t views = shards_differ_ ? kViews : 1;
  for (Choice& choice : shard_choice_) choice.clear();
  const auto deal = [&](const auto& labelled, auto list) {
    for (std::uint32_t i = 0; i < labelled.rows.size(); ++i) {
      const Label label = labelled.foreign != 0 ? (*source.label)(labelled.origins[i]) : kBackgroundLabel;
      const std::size_t shard = labelled.rows.member[i] % shards_;
      for (std::size_t v = 0; v < views; ++v) {
        if (contains(v, label)) list(shard_choice_[shard * kViews + v]).push_back(i);
      }
    }
  };
  deal(merged_.access, [](Choice& c) -> std::vector<std::uint32_t>& { return c.access; });
  if (auth_) deal(merged_.auth, [](Choice& c) -> std::vector<std::uint32_t>& { return c.auth; });
}

const detect::WindowRows& Lane::rows(std::size_t unit, std::size_t variant, View view) {
  const Unit& from = unit_[unit];
  const Choice& chosen = from.chosen[index(view)];
  const detect::TopicMask topics = subscription_.topics[variant];
  detect::WindowRows& out = handed_out_[variant];
  if (has(topics, telemetry::Topic::access)) {
    out.access = from.all_access ? telemetry::AccessRows(from.rows->access.rows, shift_)
                                 : telemetry::AccessRows(from.rows->access.rows, chosen.access, shift_);
  }
  if (has(topics, telemetry::Topic::auth)) {
    out.auth = from.all_auth ? telemetry::AuthRows(from.rows->auth.rows, shift_)
                             : telemetry::AuthRows(from.rows->auth.rows, chosen.auth, shift_);
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
  const Choice& choice = shard_choice_[shard * kViews + (shards_differ_ ? index(view) : 0)];
  const detect::TopicMask topics = subscription_.topics[variant];
  detect::WindowRows& out = handed_out_[variant];
  if (has(topics, telemetry::Topic::access)) out.access = {merged_.access.rows, choice.access, shift_};
  if (has(topics, telemetry::Topic::auth)) out.auth = {merged_.auth.rows, choice.auth, shift_};
  return out;
}

}  // namespace dwell::run
