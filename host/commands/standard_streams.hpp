/// The three files every program is started with.
#pragma once

namespace fleetcast {

/// Opens those of standard input, output and error that are closed, lest a result or checkpoint take the place of one and be written into. Writing
/// to standard output is then the failure it was; what goes to standard error is lost.
void open_closed_streams();

/// What became of standard output.
enum class Output {
  written,
  unread,     ///< whoever read it has gone, as `| head` does
  unwritable  ///< a full disk, say
};
/// Writes what is still in buffers.
Output flush_output();

}  // namespace fleetcast
