-- An ERP that speaks French, with a prefix before every table: names, types and keys only, and a few rows of our own. It has
-- quotations and purchases beside the sales, customs of extra fields and links, and no column that says what is still to be paid.
CREATE TABLE llx_c_country (rowid INTEGER PRIMARY KEY AUTOINCREMENT, code VARCHAR(2) NOT NULL, label VARCHAR(128) NOT NULL);
CREATE TABLE llx_c_shipment_mode (rowid INTEGER PRIMARY KEY AUTOINCREMENT, code VARCHAR(30) NOT NULL, libelle VARCHAR(50) NOT NULL, active INTEGER DEFAULT 0);
CREATE TABLE llx_user (rowid INTEGER PRIMARY KEY AUTOINCREMENT, login VARCHAR(50) NOT NULL, lastname VARCHAR(50), email VARCHAR(255), tms TIMESTAMP DEFAULT CURRENT_TIMESTAMP);
CREATE TABLE llx_societe (rowid INTEGER PRIMARY KEY AUTOINCREMENT, nom VARCHAR(128), entity INTEGER NOT NULL DEFAULT 1, ref_ext VARCHAR(255), status INTEGER DEFAULT 1,
  tms TIMESTAMP DEFAULT CURRENT_TIMESTAMP, datec DATETIME, code_client VARCHAR(24), code_fournisseur VARCHAR(24), address VARCHAR(255), zip VARCHAR(25), town VARCHAR(50), fk_pays INTEGER DEFAULT 0,
  phone VARCHAR(30), email VARCHAR(128), client INTEGER DEFAULT 0, fournisseur INTEGER DEFAULT 0, outstanding_limit DOUBLE DEFAULT NULL, mode_reglement INTEGER, cond_reglement INTEGER,
  import_key VARCHAR(14));
CREATE UNIQUE INDEX uk_societe_code_client ON llx_societe (code_client, entity);
CREATE TABLE llx_societe_extrafields (rowid INTEGER PRIMARY KEY AUTOINCREMENT, tms TIMESTAMP DEFAULT CURRENT_TIMESTAMP, fk_object INTEGER NOT NULL, import_key VARCHAR(14));
CREATE TABLE llx_societe_remise_except (rowid INTEGER PRIMARY KEY AUTOINCREMENT, fk_soc INTEGER NOT NULL REFERENCES llx_societe (rowid), amount_ttc DOUBLE NOT NULL DEFAULT 0, description VARCHAR(255) NOT NULL, fk_facture INTEGER);
CREATE TABLE llx_product (rowid INTEGER PRIMARY KEY AUTOINCREMENT, ref VARCHAR(128) NOT NULL, entity INTEGER NOT NULL DEFAULT 1, label VARCHAR(255) NOT NULL, description VARCHAR(2000), price DOUBLE DEFAULT 0,
  tva_tx DOUBLE, fk_product_type INTEGER DEFAULT 0, customcode VARCHAR(32), weight DOUBLE, stock DOUBLE, tms TIMESTAMP DEFAULT CURRENT_TIMESTAMP);
CREATE UNIQUE INDEX uk_product_ref ON llx_product (ref, entity);
CREATE TABLE llx_propal (rowid INTEGER PRIMARY KEY AUTOINCREMENT, ref VARCHAR(30) NOT NULL, fk_soc INTEGER REFERENCES llx_societe (rowid), datep DATE, fk_statut INTEGER NOT NULL DEFAULT 0, total_ttc DOUBLE DEFAULT 0, tms TIMESTAMP DEFAULT CURRENT_TIMESTAMP);
CREATE TABLE llx_propaldet (rowid INTEGER PRIMARY KEY AUTOINCREMENT, fk_propal INTEGER NOT NULL REFERENCES llx_propal (rowid), fk_product INTEGER, qty DOUBLE, subprice DOUBLE DEFAULT 0, total_ht DOUBLE DEFAULT 0);
CREATE TABLE llx_commande (rowid INTEGER PRIMARY KEY AUTOINCREMENT, ref VARCHAR(30) NOT NULL, entity INTEGER NOT NULL DEFAULT 1, ref_ext VARCHAR(255), ref_client VARCHAR(255),
  fk_soc INTEGER NOT NULL REFERENCES llx_societe (rowid), date_creation DATETIME, date_valid DATETIME, date_commande DATE, date_livraison DATETIME, fk_statut INTEGER DEFAULT 0, facture INTEGER DEFAULT 0,
  total_tva DOUBLE DEFAULT 0, total_ht DOUBLE DEFAULT 0, total_ttc DOUBLE DEFAULT 0, note_private VARCHAR(2000), multicurrency_code VARCHAR(3), multicurrency_tx DOUBLE DEFAULT 1,
  tms TIMESTAMP DEFAULT CURRENT_TIMESTAMP, import_key VARCHAR(14));
CREATE UNIQUE INDEX uk_commande_ref ON llx_commande (ref, entity);
CREATE TABLE llx_commandedet (rowid INTEGER PRIMARY KEY AUTOINCREMENT, fk_commande INTEGER NOT NULL REFERENCES llx_commande (rowid), fk_product INTEGER, label VARCHAR(255), description VARCHAR(2000), qty DOUBLE,
  tva_tx DOUBLE, subprice DOUBLE DEFAULT 0, total_ht DOUBLE DEFAULT 0, total_tva DOUBLE DEFAULT 0, total_ttc DOUBLE DEFAULT 0, product_type INTEGER DEFAULT 0, rang INTEGER DEFAULT 0);
CREATE TABLE llx_commande_fournisseur (rowid INTEGER PRIMARY KEY AUTOINCREMENT, ref VARCHAR(180) NOT NULL, fk_soc INTEGER NOT NULL REFERENCES llx_societe (rowid), date_commande DATE, fk_statut INTEGER DEFAULT 0, total_ttc DOUBLE DEFAULT 0);
CREATE TABLE llx_commande_fournisseurdet (rowid INTEGER PRIMARY KEY AUTOINCREMENT, fk_commande INTEGER NOT NULL REFERENCES llx_commande_fournisseur (rowid), fk_product INTEGER, qty DOUBLE, subprice DOUBLE DEFAULT 0);
CREATE TABLE llx_expedition (rowid INTEGER PRIMARY KEY AUTOINCREMENT, ref VARCHAR(30) NOT NULL, fk_soc INTEGER NOT NULL REFERENCES llx_societe (rowid), date_creation DATETIME, date_expedition DATETIME, date_delivery DATETIME,
  fk_shipping_method INTEGER, tracking_number VARCHAR(50), fk_statut INTEGER DEFAULT 0, weight DOUBLE, tms TIMESTAMP DEFAULT CURRENT_TIMESTAMP);
CREATE TABLE llx_expeditiondet (rowid INTEGER PRIMARY KEY AUTOINCREMENT, fk_expedition INTEGER NOT NULL REFERENCES llx_expedition (rowid), fk_elementdet INTEGER, element_type VARCHAR(50), fk_entrepot INTEGER, qty DOUBLE, rang INTEGER DEFAULT 0);
CREATE TABLE llx_facture (rowid INTEGER PRIMARY KEY AUTOINCREMENT, ref VARCHAR(30) NOT NULL, type INTEGER NOT NULL DEFAULT 0, fk_soc INTEGER NOT NULL REFERENCES llx_societe (rowid), datef DATE, date_lim_reglement DATE,
  paye INTEGER NOT NULL DEFAULT 0, total_tva DOUBLE DEFAULT 0, total_ht DOUBLE DEFAULT 0, total_ttc DOUBLE DEFAULT 0, fk_statut INTEGER NOT NULL DEFAULT 0, multicurrency_code VARCHAR(3), tms TIMESTAMP DEFAULT CURRENT_TIMESTAMP);
CREATE TABLE llx_facturedet (rowid INTEGER PRIMARY KEY AUTOINCREMENT, fk_facture INTEGER NOT NULL REFERENCES llx_facture (rowid), fk_product INTEGER, description VARCHAR(2000), qty DOUBLE, subprice DOUBLE, total_ttc DOUBLE);
CREATE TABLE llx_facture_fourn (rowid INTEGER PRIMARY KEY AUTOINCREMENT, ref VARCHAR(180) NOT NULL, fk_soc INTEGER NOT NULL REFERENCES llx_societe (rowid), datef DATE, date_lim_reglement DATE, total_ttc DOUBLE DEFAULT 0);
CREATE TABLE llx_paiement (rowid INTEGER PRIMARY KEY AUTOINCREMENT, ref VARCHAR(30), datep DATETIME, amount DOUBLE DEFAULT 0, fk_paiement INTEGER NOT NULL);
CREATE TABLE llx_paiement_facture (rowid INTEGER PRIMARY KEY AUTOINCREMENT, fk_paiement INTEGER, fk_facture INTEGER, amount DOUBLE DEFAULT 0);
CREATE TABLE llx_element_element (rowid INTEGER PRIMARY KEY AUTOINCREMENT, fk_source INTEGER NOT NULL, sourcetype VARCHAR(32) NOT NULL, fk_target INTEGER NOT NULL, targettype VARCHAR(32) NOT NULL);
INSERT INTO llx_societe (nom, code_client, client, town, outstanding_limit) VALUES ('Atelier du Port', 'CU2611-00001', 1, 'Nantes', 5000), ('Maison Verte', 'CU2611-00002', 1, 'Lyon', NULL);
INSERT INTO llx_product (ref, label, price) VALUES ('CABLE-2M', 'Câble 2 m', 3.5), ('LAMPE-7', 'Lampe 7 W', 11.9);
INSERT INTO llx_commande (ref, fk_soc, date_commande, fk_statut, total_ht, total_ttc, multicurrency_code) VALUES ('CO2611-0001', 1, '2026-11-02', 1, 119, 142.8, 'EUR');
INSERT INTO llx_commandedet (fk_commande, fk_product, qty, subprice, total_ht, rang) VALUES (1, 2, 10, 11.9, 119, 1);
