using System.Net;
using PolicyDaemon.MailStack.Processes;

namespace PolicyDaemon.MailStack.Milters;

/// <summary>A private rspamd that finds nothing wrong with any message and writes <c>X-Scanned: yes</c> into it.</summary>
/// <remarks>Its own list of public suffixes takes many seconds to compile; five of them do here. No DNS, no Redis.</remarks>
public static class Rspamd
{
    /// <returns>Where it speaks the milter protocol.</returns>
    public static async Task<IPEndPoint> StartAsync(MailStackRoot root)
    {
        IPEndPoint endpoint = new(root.Address, root.FreePort());
        string folder = root.MakeDirectory("rspamd");
        root.WriteFile("rspamd/suffixes", "com\norg\nlocal\nexample\n");
        root.WriteFile("rspamd/scanned.lua", """
            rspamd_config:register_symbol({ name = "SCANNED", type = "postfilter", callback = function(task)
              task:set_milter_reply({ add_headers = { ["X-Scanned"] = "yes" } })
            end })
            """);
        string configuration = root.WriteFile("rspamd/rspamd.conf", $$"""
            options {
              pidfile = "{{folder}}/pid";
              control_socket = "{{folder}}/control mode=0600";
              url_tld = "{{folder}}/suffixes";
              filters = "";
              dns { nameserver = ["127.0.0.1:9"]; timeout = 0.1s; retransmits = 1; }
            }
            logging { type = "console"; level = "info"; }
            metric { name = "default"; actions { reject = 100; } }
            worker "rspamd_proxy" {
              bind_socket = "{{endpoint}}";
              milter = yes;
              timeout = 10s;
              count = 1;
              upstream "local" { default = yes; self_scan = yes; }
            }
            lua = "{{folder}}/scanned.lua";
            """);
        ManagedProcess process = root.Start(
            "rspamd",
            ["/usr/bin/rspamd", "-f", "-i", "-u", "root", "-g", "root", "-c", configuration, $"--var=DBDIR={folder}", $"--var=RUNDIR={folder}", $"--var=LOGDIR={folder}"]);
        await process.WaitUntilReadyAsync(() => Wait.AcceptsAsync(endpoint));
        return endpoint;
    }
}
