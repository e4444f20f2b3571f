#include "detectors/sketches/midas.hpp"

#include "detectors/sketches/midas_detector.hpp"
#include "detectors/sketches/plain_midas.hpp"

namespace dwell::detect {

Descriptor describe_midas() {
  Descriptor d;
  d.name = "midas";
  d.summary = "edges source-page and key-member that come in sudden bursts";
  d.form = Form::sequential;
  d.parameters = {
      {"rows", 2, 1, 8, "rows of each Count-Min sketch", Numbers::whole},
      {"columns", 1024, 16, 1 << 22, "columns of each Count-Min sketch", Numbers::whole},
  };
  d.memory_bound_bytes = 8 << 20;
  d.time_bound_ns = 300;
  d.names_sources = true;
  d.paper = "Bhatia et al. 2020, MIDAS";
  d.check = "equals its equations to 1e-9";
  return d;
}

std::unique_ptr<Detector> make_midas(const Descriptor& descriptor, const Setting& setting) {
  return make_midas_detector<PlainMidas>(descriptor, setting);
}

std::unique_ptr<EdgeDetector> make_midas_edges(const Descriptor& descriptor) {
  return make_midas_edges<PlainMidas>(descriptor);
}

}  // namespace dwell::detect
