"""Adds up the TCP payload that was sent to each port, and writes a file with a line for each."""

from t2host import Manifest, Plugin, count, serve


class Ports(Plugin):
    manifest = (
        Manifest("mySink", 900, "0.1.0", "adds up the TCP payload that was sent to each port")
        .text("suffix", "_ports.txt", "the file is the output prefix and this")
        .begins("dstPort")
        .tcp("l7Len")
        .file("ports", "suffix")
        .state(2)
    )

    def open(self, settings):
        self.ports = {}  # by slot: where the flow leads
        self.packets, self.bytes = [0] * 65536, [0] * 65536  # by port

    def batch(self, batch, answer):
        self.ports.update(zip(batch.starts.slot, batch.starts["dstPort"]))
        for slot, length in zip(batch.packets.slot, batch.packets["l7Len"]):
            port = self.ports[slot]
            self.packets[port] += 1
            self.bytes[port] += length
        if batch.last:
            self.report(answer)

    def report(self, answer):
        used = [port for port, packets in enumerate(self.packets) if packets]
        lines = ["%d\t%d\t%d\n" % (port, self.packets[port], self.bytes[port]) for port in used]
        answer.send("ports", "# port\tpackets\tbytes\n" + "".join(lines))
        answer.summary("TCP ports that packets were sent to: " + count(len(used)))


if __name__ == "__main__":
    serve(Ports)
