#include "sim/telemetry/schema.hpp"

#include <catch2/catch.hpp>
#include <cstdlib>
#include <fstream>
#include <set>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "sim/core/digest.hpp"
#include "sim/core/vocabulary.hpp"
#include "sim/telemetry/batch.hpp"
#include "sim/telemetry/enumerations.hpp"

using namespace dwell;
using namespace dwell::telemetry;

TEST_CASE("SCHEMA.md is the column table") {
  const std::string path = std::string(DWELL_SOURCE_DIR) + "/sim/telemetry/SCHEMA.md";
  if (const char* update = std::getenv("DWELL_UPDATE_GOLDEN"); update != nullptr && std::string(update) == "1") {
    std::ofstream(path, std::ios::binary) << schema_markdown();
  }
  std::ifstream file(path, std::ios::binary);
  REQUIRE(file);
  std::stringstream text;
  text << file.rdbuf();
  INFO("run the tests with DWELL_UPDATE_GOLDEN=1 after a change of columns.hpp");
  CHECK(text.str() == schema_markdown());
}

TEST_CASE("topics come in the order of their enumerators, with distinct columns and widths that sum to a row") {
  REQUIRE(topics().size() == kTopics);
  std::set<std::string_view> names;
  for (std::size_t i = 0; i < topics().size(); ++i) {
    const TopicInfo& topic = topics()[i];
    CHECK(static_cast<std::size_t>(topic.topic) == i);
    CHECK(names.insert(topic.name).second);
    std::set<std::string_view> columns;
    for (const ColumnInfo& column : topic.columns) {
      CHECK(columns.insert(column.name).second);
      CHECK_FALSE(column.unit.empty());
      CHECK_FALSE(column.meaning.empty());
      // A column that ends in _us is a moment and the other way round: none may escape the shift.
      CHECK(column.moment == column.name.ends_with("_us"));
      CHECK((column.unit == "us") == column.moment);
    }
  }
  std::size_t access = 0;
  for (const ColumnInfo& column : topics()[0].columns) access += column.width_bytes;
  CHECK(access == AccessBatch::kRowBytes);
}

TEST_CASE("every column of an enumeration names its values, and no other column has any") {
  for (const TopicInfo& topic : topics()) {
    for (const ColumnInfo& column : topic.columns) {
      INFO(topic.name << "." << column.name);
      const auto values = values_of(topic.name, column.name);
      CHECK(values.empty() == (column.unit != "enum" && column.unit != "HTTP"));
      std::set<std::string_view> names;
      for (std::size_t i = 0; i < values.size(); ++i) {
        CHECK(names.insert(values[i].name).second);
        CHECK((i == 0 || values[i].value > values[i - 1].value));
        CHECK((column.unit == "HTTP" || values[i].value == i));
        CHECK(schema_markdown().find(std::to_string(values[i].value) + " " + std::string(values[i].name)) !=
              std::string::npos);
      }
    }
  }
  CHECK(values_of("access", "page").size() == kPages);
  CHECK(values_of("access", "client").size() == kClients);
  const auto page = static_cast<std::size_t>(Page::order_list), event = static_cast<std::size_t>(KeyEvent::leaked);
  CHECK(values_of("access", "page")[page].name == "order-list");
  CHECK(values_of("keys", "kind").size() == event + 1);
  CHECK(values_of("keys", "kind")[event].name == "leaked");
  CHECK(values_of("access", "status").front().value == kStatusOk);
  CHECK(values_of("access", "status").back().value == kStatusBlocked);
  CHECK(values_of("nothing", "page").empty());
}

TEST_CASE("no column of any topic tells who caused a row") {
  for (const TopicInfo& topic : topics()) {
    for (const ColumnInfo& column : topic.columns) {
      CHECK(column.name.find("origin") == std::string_view::npos);
      CHECK(column.name.find("label") == std::string_view::npos);
    }
  }
}

namespace {

/// The digest's definition, for a table of one's own.
std::uint64_t digest_of(const std::vector<TopicInfo>& table) {
  Digest digest;
  for (const TopicInfo& topic : table) {
    for (const ColumnInfo& column : topic.columns) {
      for (const std::string_view part : {topic.name, column.name, column.type}) {
        for (const char c : part) digest.add(static_cast<unsigned char>(c));
      }
    }
  }
  return digest.value;
}

}  // namespace

TEST_CASE("the schema's digest covers every name, type and the order, and nothing else") {
  const std::vector<TopicInfo> table(topics().begin(), topics().end());
  REQUIRE(digest_of(table) == schema_digest());
  std::set<std::uint64_t> digests = {schema_digest()};
  for (std::size_t t = 0; t < table.size(); ++t) {
    for (std::size_t c = 0; c < table[t].columns.size(); ++c) {
      std::vector<ColumnInfo> columns(table[t].columns.begin(), table[t].columns.end());
      std::vector<TopicInfo> changed = table;
      changed[t].columns = columns;
      columns[c].name = "renamed";
      CHECK(digests.insert(digest_of(changed)).second);
      columns[c].name = table[t].columns[c].name;
      columns[c].type = "float";
      CHECK(digests.insert(digest_of(changed)).second);
      columns[c].type = table[t].columns[c].type;
      columns[c].meaning = "said otherwise";
      CHECK(digest_of(changed) == schema_digest());
      if (c > 0) {
        std::swap(columns[c], columns[c - 1]);
        CHECK(digests.insert(digest_of(changed)).second);
      }
    }
  }
}
