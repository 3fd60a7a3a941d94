package org.example.taxi;

import jakarta.servlet.DispatcherType;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletContextEvent;
import jakarta.servlet.ServletContextListener;
import jakarta.servlet.annotation.WebListener;
import java.util.EnumSet;
import org.portico.Logout;
import org.portico.Portico;
import org.portico.servlet.LogoutServlet;
import org.portico.servlet.PorticoFilter;

@WebListener
public class Taxi implements ServletContextListener {
    private Portico portico;

    @Override
    public void contextInitialized(ServletContextEvent event) {
        ServletContext context = event.getServletContext();
        String issuer = context.getInitParameter("issuer");
        portico = Portico.builder(issuer, "org.example.taxi", context.getInitParameter("secret")).build();

        var filter = context.addFilter("portico", new PorticoFilter(portico).openPaths("/logout"));
        filter.setAsyncSupported(true);
        filter.addMappingForUrlPatterns(EnumSet.of(DispatcherType.REQUEST, DispatcherType.ASYNC), false, "/*");
        context.addServlet("logout", new LogoutServlet(portico, this::endSession)).addMapping("/logout");
        context.addServlet("rides", new Rides()).addMapping("/rides", "/calls");
    }

    private void endSession(Logout logout) {
        logout.sessionId().ifPresent(Rides.ENDED::add);
    }

    @Override
    public void contextDestroyed(ServletContextEvent event) {
        portico.close();
    }
}
