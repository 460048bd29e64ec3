/// The report page: one HTML file that needs nothing else.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace fleetcast {

/// Refuses a build that has no plotly.js in it.
/// @throws Error no_device, saying how to build one that has
void require_page_library();

/// The page around its data: template, style, scripts and plotly.js, all embedded in the program from host/report/page and PyPI's plotly.
///
/// @param title  of the browser's window, plain text
/// @param data   what the scripts of host/report/page draw; page_data.hpp says what is in it
/// @throws Error no_device without plotly.js
std::string report_page(std::string const& title, nlohmann::ordered_json const& data);

}  // namespace fleetcast
