package org.example.taxi;

import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.portico.Caller;
import org.portico.servlet.PorticoFilter;

public class Rides extends HttpServlet {
    static final Set<String> ENDED = ConcurrentHashMap.newKeySet();

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
        Caller caller = PorticoFilter.caller(request);
        response.getWriter().println(caller.userId() + " may be called: " + caller.has("phone.verified"));
    }

    @Override
    protected void doPost(HttpServletRequest request, HttpServletResponse response) throws IOException {
        Caller caller = PorticoFilter.caller(request);
        caller.require("phone.verified");
        response.getWriter().println("calling " + caller.userId());
    }
}
