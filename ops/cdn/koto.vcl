vcl 4.1;

# A cache in front of the server, for Varnish 7: what a CDN does for spoken lines and static files, and what it must not
# do for anything else. Another CDN is set up by the same three rules (docs/operations.md).
#
#   varnishd -a :6081 -f /srv/koto/ops/cdn/koto.vcl -s malloc,1g

backend origin {
    .host = "127.0.0.1";
    .port = "5000";
    .connect_timeout = 2s;
    # A line that is being made is waited for.
    .first_byte_timeout = 60s;
}

sub vcl_recv {
    # The address under which clients play; a learner's address is passed on by Varnish itself.
    if (req.http.Upgrade ~ "(?i)websocket") {
        return (pipe);
    }
    # 1. Only what has the digest of its content, or of all files, in its address is kept.
    if ((req.method != "GET" && req.method != "HEAD") || req.url !~ "^/(koto-api/speech|console/static)/") {
        return (pass);
    }
    # 2. Such an address is the same for everybody: who asks makes no difference, nor does what follows a `?`.
    unset req.http.Cookie;
    unset req.http.Authorization;
    set req.url = regsub(req.url, "\?.*$", "");
    return (hash);
}

sub vcl_pipe {
    set bereq.http.Upgrade = req.http.Upgrade;
    set bereq.http.Connection = req.http.Connection;
}

sub vcl_backend_response {
    # 3. It is kept as long as the server says, and not at all where it says nothing: a line that is still being made, or
    # that a lesser voice speaks, is `no-store`.
    if (beresp.http.Cache-Control !~ "immutable") {
        set beresp.uncacheable = true;
        set beresp.ttl = 0s;
    }
    set beresp.grace = 0s;
}

sub vcl_deliver {
    set resp.http.X-Cache = "miss";
    if (obj.hits > 0) {
        set resp.http.X-Cache = "hit";
    }
    unset resp.http.Via;
    unset resp.http.X-Varnish;
}
