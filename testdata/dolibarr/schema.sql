-- The tables of Dolibarr that config/examples/dolibarr reads and writes, as a test needs them: their names, columns, types and keys,
-- with rows of our own making. They say nothing of what else Dolibarr keeps.
SET SESSION sql_mode = '';
CREATE TABLE llx_c_country (rowid INT PRIMARY KEY, code VARCHAR(2) NOT NULL UNIQUE, label VARCHAR(128) NOT NULL);
CREATE TABLE llx_c_payment_term (rowid INT AUTO_INCREMENT PRIMARY KEY, entity INT NOT NULL DEFAULT 1, code VARCHAR(16), nbjour SMALLINT);
CREATE TABLE llx_c_shipment_mode (rowid INT AUTO_INCREMENT PRIMARY KEY, code VARCHAR(30) NOT NULL);
CREATE TABLE llx_societe (
  rowid INT AUTO_INCREMENT PRIMARY KEY, entity INT NOT NULL DEFAULT 1, nom VARCHAR(128), code_client VARCHAR(24), client TINYINT DEFAULT 0,
  status TINYINT DEFAULT 1, outstanding_limit DOUBLE(24,8), cond_reglement INT, address VARCHAR(255), zip VARCHAR(25), town VARCHAR(50),
  phone VARCHAR(20), email VARCHAR(128), fk_pays INT DEFAULT 0, ref_ext VARCHAR(255), import_key VARCHAR(14), datec DATETIME,
  tms TIMESTAMP DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP, UNIQUE KEY uk_societe_code_client (code_client, entity)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb3;
CREATE TABLE llx_societe_extrafields (
  rowid INT AUTO_INCREMENT PRIMARY KEY, tms TIMESTAMP DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP, fk_object INT NOT NULL UNIQUE,
  import_key VARCHAR(14), credit_stop INT, port VARCHAR(60)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb3;
CREATE TABLE llx_product (
  rowid INT AUTO_INCREMENT PRIMARY KEY, ref VARCHAR(128) NOT NULL UNIQUE, entity INT NOT NULL DEFAULT 1, label VARCHAR(255) NOT NULL, price DOUBLE(24,8) DEFAULT 0,
  tva_tx DOUBLE(7,4), fk_product_type INT DEFAULT 0, customcode VARCHAR(32), fk_country INT, stock REAL,
  tms TIMESTAMP DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb3;
CREATE TABLE llx_product_extrafields (
  rowid INT AUTO_INCREMENT PRIMARY KEY, tms TIMESTAMP DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP, fk_object INT NOT NULL UNIQUE,
  per_carton INT, unit_kg DOUBLE(24,8), carton_kg DOUBLE(24,8), tare_kg DOUBLE(24,8), l_cm DOUBLE, w_cm DOUBLE, h_cm DOUBLE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb3;
CREATE TABLE llx_commande (
  rowid INT AUTO_INCREMENT PRIMARY KEY, ref VARCHAR(30) NOT NULL, entity INT NOT NULL DEFAULT 1, ref_ext VARCHAR(255), ref_client VARCHAR(255), fk_soc INT NOT NULL,
  tms TIMESTAMP DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP, date_creation DATETIME, date_valid DATETIME, date_commande DATE, date_livraison DATETIME,
  fk_user_author INT, fk_statut SMALLINT DEFAULT 0, facture TINYINT DEFAULT 0, total_tva DOUBLE(24,8) DEFAULT 0, total_ht DOUBLE(24,8) DEFAULT 0,
  total_ttc DOUBLE(24,8) DEFAULT 0, note_private TEXT, note_public TEXT, fk_cond_reglement INT, multicurrency_code VARCHAR(3), import_key VARCHAR(14),
  UNIQUE KEY uk_commande_ref (ref, entity), KEY idx_commande_fk_soc (fk_soc)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb3;
CREATE TABLE llx_commande_extrafields (
  rowid INT AUTO_INCREMENT PRIMARY KEY, tms TIMESTAMP DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP, fk_object INT NOT NULL UNIQUE,
  import_key VARCHAR(14), crm_number VARCHAR(40), crm_revision INT
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb3;
CREATE TABLE llx_commandedet (
  rowid INT AUTO_INCREMENT PRIMARY KEY, fk_commande INT NOT NULL, fk_product INT, label VARCHAR(255), description TEXT, tva_tx DOUBLE(7,4), qty REAL,
  subprice DOUBLE(24,8) DEFAULT 0, total_ht DOUBLE(24,8) DEFAULT 0, total_tva DOUBLE(24,8) DEFAULT 0, total_ttc DOUBLE(24,8) DEFAULT 0,
  product_type INT DEFAULT 0, rang INT DEFAULT 0, KEY idx_commandedet_fk_commande (fk_commande), FOREIGN KEY (fk_commande) REFERENCES llx_commande (rowid)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb3;
CREATE TABLE llx_expedition (
  rowid INT AUTO_INCREMENT PRIMARY KEY, ref VARCHAR(30) NOT NULL, entity INT NOT NULL DEFAULT 1, fk_soc INT NOT NULL, fk_statut SMALLINT DEFAULT 0,
  tms TIMESTAMP DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP, date_delivery DATETIME, tracking_number VARCHAR(50), fk_shipping_method INT,
  UNIQUE KEY uk_expedition_ref (ref, entity)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb3;
CREATE TABLE llx_expeditiondet (
  rowid INT AUTO_INCREMENT PRIMARY KEY, fk_expedition INT NOT NULL, fk_elementdet INT, element_type VARCHAR(50) NOT NULL DEFAULT 'order', fk_entrepot INT, qty REAL
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb3;
CREATE TABLE llx_element_element (
  rowid INT AUTO_INCREMENT PRIMARY KEY, fk_source INT NOT NULL, sourcetype VARCHAR(32) NOT NULL, fk_target INT NOT NULL, targettype VARCHAR(32) NOT NULL,
  UNIQUE KEY idx_element_element (fk_source, sourcetype, fk_target, targettype)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb3;
CREATE TABLE llx_facture (
  rowid INT AUTO_INCREMENT PRIMARY KEY, ref VARCHAR(30) NOT NULL, entity INT NOT NULL DEFAULT 1, type SMALLINT NOT NULL DEFAULT 0, fk_soc INT NOT NULL,
  fk_statut SMALLINT NOT NULL DEFAULT 0, paye SMALLINT NOT NULL DEFAULT 0, datef DATE, date_lim_reglement DATE, total_ttc DOUBLE(24,8) DEFAULT 0,
  tms TIMESTAMP DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP, UNIQUE KEY uk_facture_ref (ref, entity)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb3;
CREATE TABLE llx_paiement (rowid INT AUTO_INCREMENT PRIMARY KEY, ref VARCHAR(30), entity INT NOT NULL DEFAULT 1, amount DOUBLE(24,8), fk_paiement INT NOT NULL) ENGINE=InnoDB;
CREATE TABLE llx_paiement_facture (rowid INT AUTO_INCREMENT PRIMARY KEY, fk_paiement INT, fk_facture INT, amount DOUBLE(24,8)) ENGINE=InnoDB;
INSERT INTO llx_c_country VALUES (5, 'DE', 'Germany'), (9, 'CN', 'China');
INSERT INTO llx_c_payment_term (code, nbjour) VALUES ('RECEP', 0), ('30D', 30), ('60D', 60);
INSERT INTO llx_c_shipment_mode (code) VALUES ('CATCH'), ('TRANS');
INSERT INTO llx_societe (rowid, nom, code_client, client, status, outstanding_limit, address, zip, town, phone, email, fk_pays, datec) VALUES
  (11, 'Nordlicht Bühnentechnik GmbH', 'CU2601-00001', 1, 1, 5000.10, 'Hafenstr. 4', '20457', 'Hamburg', '+49 40 555', 'einkauf@nordlicht.example', 5, NOW()),
  (12, '东莞示例电器厂', 'CU2601-00002', 3, 1, NULL, NULL, NULL, NULL, NULL, NULL, 9, NOW()),
  (13, 'A supplier', NULL, 0, 1, NULL, NULL, NULL, NULL, NULL, NULL, 9, NOW());
INSERT INTO llx_societe_extrafields (fk_object, credit_stop, port) VALUES (11, 0, 'DEHAM Hamburg');
INSERT INTO llx_product (rowid, ref, label, price, fk_product_type, customcode, fk_country) VALUES
  (21, 'CAB-3x1.5', 'Cable 3 x 1.5 mm', 12.5, 0, '854449', 9), (22, 'PLUG-16A', 'Plug 16 A', 0.35, 0, '853669', 9), (23, 'SERVICE', 'Service', 80, 1, NULL, NULL);
INSERT INTO llx_product_extrafields (fk_object, per_carton, unit_kg, carton_kg, tare_kg, l_cm, w_cm, h_cm) VALUES
  (21, 10, 1.25, 13.2, 0.7, 40, 40, 30), (22, 100, 0.05, 5.6, 0.6, 30, 30, 20);
INSERT INTO llx_commande (rowid, ref, fk_soc, fk_statut) VALUES (31, 'SO2603-0007', 12, 1), (32, '(PROV32)', 12, 0), (33, 'SO2602-0090', 12, 1);
INSERT INTO llx_commandedet (fk_commande, fk_product, qty, rang) VALUES (31, 21, 1, 1);
INSERT INTO llx_facture (rowid, ref, type, fk_soc, fk_statut, datef, date_lim_reglement, total_ttc) VALUES
  (41, 'FA2602-0001', 0, 11, 1, '2026-02-20', '2026-03-22', 1200.40), (42, 'AV2602-0001', 2, 11, 1, '2026-02-25', '0000-00-00', -100.10), (43, '(PROV43)', 0, 11, 0, NULL, NULL, 9999);
INSERT INTO llx_paiement (rowid, ref, amount, fk_paiement) VALUES (51, 'PAY-1', 200.30, 2);
INSERT INTO llx_paiement_facture (fk_paiement, fk_facture, amount) VALUES (51, 41, 200.30);
